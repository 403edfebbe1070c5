import pytest
from django.contrib.auth.hashers import check_password

from complaints.errors import AnotherComplaintIsOpen
from complaints.models import Complaint
from complaints.services.file import Statement, complain_about_interaction, file_complaint
from interactions.errors import InteractionNotFound, NotForThisCategory
from interactions.models import Alert, RollupDelta, TimelineEntry
from regions.errors import Invalid
from tests.factories import NOON, AgentFactory, InteractionFactory

pytestmark = pytest.mark.django_db


def statement(**fields):
    return Statement(channel="phone", summary="Petugas tidak datang", **fields)


def about_police(**fields):
    return InteractionFactory(service="pengaduan", category_id="P13", **fields)


def test_the_pin_opens_what_is_kept_of_it(jabar):
    filed = file_complaint(statement(), actor=AgentFactory())

    assert check_password(filed.pin, filed.complaint.pin_hash)


def test_the_pin_itself_is_kept_nowhere(jabar):
    filed = file_complaint(statement(), actor=AgentFactory())

    complaint = Complaint.objects.get()
    kept = [str(vars(complaint)), *(str(vars(entry)) for entry in complaint.history.all())]
    assert not any(filed.pin in text for text in kept)


def test_the_letter_is_due_twenty_working_days_later(jabar, time_machine):
    time_machine.move_to(NOON, tick=False)

    filed = file_complaint(statement(), actor=AgentFactory())

    assert str(filed.complaint.letter_due_on) == "2026-12-22"


def test_what_the_public_files_names_no_actor(jabar):
    filed = file_complaint(statement(), actor=None)

    assert filed.complaint.history.get().actor == "public"


def test_filing_alerts_once(jabar):
    file_complaint(statement(), actor=None)

    assert [alert.kind for alert in Alert.objects.all()] == ["complaint.received"]


def test_the_alert_holds_nothing_of_the_citizen(jabar):
    file_complaint(
        statement(
            detail="Menunggu dua jam",
            complainant={"name": "Siti Contoh", "phone": "+6281200000001"},
            about_officers=["Bripka Contoh"],
        ),
        actor=None,
    )

    alert = str(Alert.objects.get().payload)
    told = ("Siti", "+6281200000001", "Petugas tidak datang", "Menunggu", "Bripka")
    assert not [word for word in told if word in alert]


def test_filing_counts_as_received_and_open(jabar):
    file_complaint(statement(), actor=None)

    figures = dict(RollupDelta.objects.values_list("figure", "change"))
    assert figures == {"complaints.received": 1, "complaints.open": 1}


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"category": "P01"}, "#/category"),
        ({"about_unit": "nowhere"}, "#/about/unit"),
        ({"occurred_at": NOON.replace(year=2999)}, "#/occurred_at"),
    ],
)
def test_a_wrong_statement_is_refused_by_its_field(jabar, fields, pointer):
    with pytest.raises(Invalid) as refusal:
        file_complaint(statement(**fields), actor=None)

    assert [error["pointer"] for error in refusal.value.errors] == [pointer]


def test_an_unknown_interaction_is_refused(jabar):
    with pytest.raises(Invalid) as refusal:
        file_complaint(
            statement(), actor=None, interaction_id="6f9619ff-8b86-4011-b42d-00c04fc964ff"
        )

    assert [error["pointer"] for error in refusal.value.errors] == ["#/interaction"]


def test_an_interaction_leads_to_one_open_complaint_at_a_time(jabar):
    interaction = about_police()
    file_complaint(statement(), actor=None, interaction_id=interaction.id)

    with pytest.raises(AnotherComplaintIsOpen):
        file_complaint(statement(), actor=None, interaction_id=interaction.id)


def test_the_bridge_takes_over_what_the_record_says(jabar):
    interaction = about_police(
        summary="Petugas kasar", detail="Di pos", caller="+6281200000001", caller_name="Siti Contoh"
    )

    complaint = complain_about_interaction(interaction.id, actor=AgentFactory(), said={}).complaint

    assert (complaint.summary, complaint.detail, complaint.complainant) == (
        "Petugas kasar",
        "Di pos",
        {"name": "Siti Contoh", "phone": "+6281200000001"},
    )


def test_the_bridge_prefers_what_is_said_anew(jabar):
    interaction = about_police(summary="Petugas kasar", caller="+6281200000001")

    said = {"summary": "Dua petugas kasar", "complainant": None}
    complaint = complain_about_interaction(
        interaction.id, actor=AgentFactory(), said=said
    ).complaint

    assert (complaint.summary, complaint.complainant) == ("Dua petugas kasar", None)


def test_a_record_without_a_summary_is_named_after_its_category(jabar):
    interaction = about_police(summary="")

    complaint = complain_about_interaction(interaction.id, actor=AgentFactory(), said={}).complaint

    assert complaint.summary == "Keluhan pelayanan atau perilaku polisi"


def test_the_bridge_is_seen_in_the_interactions_timeline_without_the_number(jabar):
    interaction = about_police()

    filed = complain_about_interaction(interaction.id, actor=AgentFactory(), said={})

    entry = TimelineEntry.objects.get(interaction=interaction)
    assert (entry.kind, filed.complaint.number in str(entry.detail)) == ("complaint_filed", False)


def test_the_bridge_a_second_time_answers_the_open_complaint_without_a_pin(jabar):
    interaction, agent = about_police(), AgentFactory()
    first = complain_about_interaction(interaction.id, actor=agent, said={})

    again = complain_about_interaction(interaction.id, actor=agent, said={})

    assert (again.complaint, again.pin) == (first.complaint, None)


def test_the_bridge_refuses_any_other_category(jabar):
    interaction = InteractionFactory(service="pengaduan", category_id="P01")

    with pytest.raises(NotForThisCategory):
        complain_about_interaction(interaction.id, actor=AgentFactory(), said={})


def test_the_bridge_refuses_an_unknown_interaction(jabar):
    with pytest.raises(InteractionNotFound):
        complain_about_interaction(
            "6f9619ff-8b86-4011-b42d-00c04fc964ff", actor=AgentFactory(), said={}
        )
