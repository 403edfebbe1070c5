from datetime import UTC, datetime, timedelta

import pytest

from complaints.errors import AnotherComplaintIsOpen, ComplaintNotFound, NotInThisState
from complaints.models import TRANSITIONS, ComplaintState, Resolution
from complaints.services.decide import (
    record_letter,
    reject_complaint,
    reopen_complaint,
    resolve_complaint,
    start_complaint,
    verify_complaint,
)
from complaints.services.escalate import escalate_complaint
from interactions.models import RollupDelta
from regions.errors import Invalid
from tests.complaints.factories import ComplaintFactory
from tests.factories import NOON, InteractionFactory, SupervisorFactory

pytestmark = pytest.mark.django_db

VERBS = {
    ComplaintState.VERIFIED: lambda number, actor: verify_complaint(
        number=number, merits=True, actor=actor
    ),
    ComplaintState.ESCALATED: lambda number, actor: escalate_complaint(number=number, actor=actor),
    ComplaintState.RESOLVED: lambda number, actor: resolve_complaint(
        number=number, resolution=Resolution.PROVEN, note="Terbukti", actor=actor
    ),
    ComplaintState.REJECTED: lambda number, actor: reject_complaint(
        number=number, reason="Bukan kewenangan", actor=actor
    ),
}
COLUMNS = {
    "escalated": {"escalated": True},
    "resolved": {"resolved": True},
    "rejected": {"rejected": True},
}


def complaint_in(state, **fields):
    return ComplaintFactory(**({"state": state} | COLUMNS.get(state, {}) | fields))


def figures():
    sums = {}
    for figure, change in RollupDelta.objects.values_list("figure", "change"):
        sums[figure] = sums.get(figure, 0) + change
    return {figure: total for figure, total in sums.items() if total}


def test_every_state_has_its_ways():
    assert set(TRANSITIONS) == set(ComplaintState)


@pytest.mark.parametrize("to", VERBS)
@pytest.mark.parametrize("state", ComplaintState)
def test_a_decision_goes_where_the_table_says(jabar, state, to):
    complaint, actor = complaint_in(state), SupervisorFactory()

    if to in TRANSITIONS[state]:
        VERBS[to](complaint.number, actor)
        complaint.refresh_from_db()
        assert complaint.state == to
    else:
        with pytest.raises(NotInThisState) as refusal:
            VERBS[to](complaint.number, actor)
        assert refusal.value.state == state


@pytest.mark.parametrize("state", ComplaintState)
def test_work_starts_on_a_verified_complaint_only(jabar, state):
    complaint, actor = complaint_in(state), SupervisorFactory()

    if state == ComplaintState.VERIFIED:
        assert start_complaint(number=complaint.number, actor=actor).state == "in_progress"
    else:
        with pytest.raises(NotInThisState):
            start_complaint(number=complaint.number, actor=actor)


@pytest.mark.parametrize("state", ComplaintState)
def test_only_a_closed_complaint_is_opened_again(jabar, state):
    complaint, actor = complaint_in(state), SupervisorFactory()

    if state in {"resolved", "rejected"}:
        again = reopen_complaint(number=complaint.number, reason="Keberatan", actor=actor)
        assert (again.state, again.closed_at, again.resolution) == ("in_progress", None, "")
    else:
        with pytest.raises(NotInThisState):
            reopen_complaint(number=complaint.number, reason="Keberatan", actor=actor)


def test_without_merits_it_is_rejected_with_the_reason(jabar):
    complaint = ComplaintFactory()

    verify_complaint(
        number=complaint.number, merits=False, reason="Bukan polisi", actor=SupervisorFactory()
    )

    complaint.refresh_from_db()
    assert complaint.state == "rejected"
    assert complaint.history.get().detail == {"reason": "Bukan polisi"}


@pytest.mark.parametrize("reason", ["", "  "])
def test_without_merits_a_reason_is_needed(jabar, reason):
    complaint = ComplaintFactory()

    with pytest.raises(Invalid) as refusal:
        verify_complaint(
            number=complaint.number, merits=False, reason=reason, actor=SupervisorFactory()
        )

    assert refusal.value.errors[0]["pointer"] == "#/reason"


def test_each_decision_is_written_down_with_who_made_it(jabar):
    complaint, actor = ComplaintFactory(), SupervisorFactory()

    verify_complaint(number=complaint.number, merits=True, note="Lengkap", actor=actor)
    start_complaint(number=complaint.number, actor=actor)

    entries = complaint.history.order_by("id").values_list("kind", "actor", "detail")
    assert list(entries) == [
        ("verified", actor.username, {"note": "Lengkap"}),
        ("started", actor.username, {}),
    ]


def test_each_decision_is_a_new_version(jabar):
    complaint = ComplaintFactory()

    verified = verify_complaint(number=complaint.number, merits=True, actor=SupervisorFactory())

    assert verified.version == complaint.version + 1


def test_a_resolved_complaint_is_open_no_more(jabar):
    complaint = ComplaintFactory(state="in_progress")

    resolve_complaint(
        number=complaint.number, resolution="proven", note="Terbukti", actor=SupervisorFactory()
    )

    assert figures() == {"complaints.open": -1, "complaints.resolved": 1}


def test_opening_again_takes_the_figures_back(jabar):
    complaint, actor = ComplaintFactory(state="in_progress"), SupervisorFactory()
    resolve_complaint(number=complaint.number, resolution="proven", note="x", actor=actor)

    reopen_complaint(number=complaint.number, reason="Keberatan", actor=actor)

    assert figures() == {}


def test_opening_again_gives_a_new_deadline(jabar, time_machine):
    complaint = ComplaintFactory(rejected=True, letter_due_on=NOON.date() - timedelta(days=90))
    time_machine.move_to(NOON, tick=False)

    again = reopen_complaint(number=complaint.number, reason="Keberatan", actor=SupervisorFactory())

    assert str(again.due_on) == "2026-12-22"


def test_opening_again_is_refused_while_its_interaction_has_another_open_one(jabar):
    interaction = InteractionFactory()
    closed = ComplaintFactory(resolved=True, interaction=interaction)
    ComplaintFactory(interaction=interaction)

    with pytest.raises(AnotherComplaintIsOpen):
        reopen_complaint(number=closed.number, reason="Keberatan", actor=SupervisorFactory())


def test_the_receipt_of_sp3d_starts_the_clock_of_the_result(jabar):
    complaint = ComplaintFactory(state="verified")
    received_at = datetime(2026, 11, 24, 5, tzinfo=UTC)

    record_letter(
        number=complaint.number,
        kind="SP3D",
        sent_at=received_at - timedelta(days=2),
        received_at=received_at,
        actor=SupervisorFactory(),
    )

    complaint.refresh_from_db()
    assert str(complaint.result_due_on) == "2027-01-25"


def test_a_letter_without_a_time_was_sent_now(jabar, time_machine):
    complaint = ComplaintFactory(state="verified")
    time_machine.move_to(NOON, tick=False)

    after = record_letter(number=complaint.number, kind="SP3D", actor=SupervisorFactory())

    assert (after.letter_sent_at, after.letter_received_at, after.due_on) == (NOON, None, None)


def test_a_letter_that_goes_out_late_ends_being_overdue(jabar):
    complaint = ComplaintFactory(state="verified", overdue_at=NOON)

    after = record_letter(number=complaint.number, kind="SP3D", actor=SupervisorFactory())

    assert not after.is_overdue


@pytest.mark.parametrize(
    ("times", "pointer"),
    [
        ({"sent_at": NOON.replace(year=2999)}, "#/sent_at"),
        ({"sent_at": NOON, "received_at": NOON - timedelta(days=1)}, "#/received_at"),
    ],
)
def test_a_letter_with_an_impossible_time_is_refused(jabar, time_machine, times, pointer):
    complaint = ComplaintFactory(state="verified")
    time_machine.move_to(NOON + timedelta(days=3), tick=False)

    with pytest.raises(Invalid) as refusal:
        record_letter(number=complaint.number, kind="SP3D", actor=SupervisorFactory(), **times)

    assert refusal.value.errors[0]["pointer"] == pointer


def test_an_unknown_number_is_not_found(jabar):
    with pytest.raises(ComplaintNotFound):
        verify_complaint(number="ADU-0000-0000-0", merits=True, actor=SupervisorFactory())
