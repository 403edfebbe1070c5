"""Whom a complaint is about never gets it, however they ask."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.models import Complaint
from complaints.queries import complaints, units_up_from, visible_complaints
from complaints.services.file import Statement, file_complaint
from complaints.shield import words, words_of
from regions.people.models import Unit
from tests.clients import client_of
from tests.complaints.factories import ComplaintFactory, EscalationFactory
from tests.factories import InteractionFactory, SupervisorFactory

pytestmark = pytest.mark.django_db

ACTS = {
    "verify": {},
    "start": {},
    "escalate": {},
    "letter": {"kind": "SP3D"},
    "resolve": {"resolution": "proven", "note": "x"},
    "reject": {"reason": "x"},
    "reopen": {"reason": "x"},
    "escalation/retry": None,
    "escalation/manual": {"dumas_number": "DMS-9"},
}


@pytest.fixture
def polres(jabar):
    return Unit.objects.filter(kind="polres").order_by("code").first()


def filed_about(**about):
    statement = Statement(channel="phone", summary="Petugas kasar", **about)
    return file_complaint(statement, actor=None).complaint


def test_the_units_up_from_a_polsek_are_itself_its_polres_and_its_polda(jabar, polres):
    Unit.objects.create(code="polsek-1", name="Polsek Satu", kind="polsek", parent=polres)

    assert set(units_up_from("polsek-1")) == {"polsek-1", polres.code, polres.parent_id}


def test_a_unit_does_not_see_what_is_about_it(jabar, polres):
    filed_about(about_unit=polres.code)

    assert not visible_complaints(SupervisorFactory(unit=polres)).exists()


def test_a_unit_does_not_see_what_is_about_the_one_above(jabar, polres):
    filed_about(about_unit=polres.code)
    polsek = Unit.objects.create(code="polsek-1", name="Polsek", kind="polsek", parent=polres)

    assert not visible_complaints(SupervisorFactory(unit=polsek)).exists()


def test_a_unit_sees_what_is_about_another(jabar, polres):
    other = Unit.objects.filter(kind="polres").exclude(code=polres.code).first()
    filed_about(about_unit=other.code)

    assert visible_complaints(SupervisorFactory(unit=polres)).exists()


def test_who_has_no_unit_sees_what_is_about_one(jabar, polres):
    filed_about(about_unit=polres.code)

    assert visible_complaints(SupervisorFactory()).exists()


@pytest.mark.parametrize(
    "written", ["Budi Santoso", "Bripka BUDI SANTOSO, S.H.", "budi-santoso", "  Budi   Santoso "]
)
def test_an_officer_does_not_see_what_is_about_them_however_it_is_written(jabar, written):
    filed_about(about_officers=["Aipda Lain", written])

    assert not visible_complaints(SupervisorFactory(full_name="Budi Santoso")).exists()


def test_an_officer_does_not_see_what_names_their_account(jabar):
    filed_about(about_officers=["budi.s"])

    assert not visible_complaints(SupervisorFactory(username="budi.s")).exists()


def test_an_officer_sees_what_is_about_somebody_whose_name_only_begins_alike(jabar):
    filed_about(about_officers=["Budiman Santosohadi"])

    assert visible_complaints(SupervisorFactory(full_name="Budiman Santoso")).exists()


def test_a_name_with_signs_of_like_is_taken_literally(jabar):
    filed_about(about_officers=["Siti Aminah"])

    assert visible_complaints(SupervisorFactory(full_name="S%i A_inah")).exists()


@given(st.text(), st.text(), st.text())
def test_a_name_is_found_whatever_stands_around_it(before, name, after):
    known = words(name)

    assert not known or known in words_of([f"{before} {name} {after}"])


class TestEveryWayIn:
    """A supervisor of the unit complained of, at every route of the API."""

    @pytest.fixture
    def complained_of(self, jabar, polres):
        return client_of(jabar, SupervisorFactory(unit=polres))

    @pytest.fixture
    def complaint(self, polres):
        escalation = EscalationFactory(
            complaint__about_unit=polres.code, dead=True, dumas_number=None
        )
        return escalation.complaint

    def test_the_list_leaves_it_out(self, complained_of, complaint):
        assert complained_of.send("GET", "/api/v1/complaints/").json()["results"] == []

    def test_no_filter_brings_it_back(self, complained_of, complaint):
        path = (
            f"/api/v1/complaints/?state={complaint.state}&since=2020-01-01T00:00:00Z&overdue=false"
        )

        assert complained_of.send("GET", path).json()["results"] == []

    @pytest.mark.parametrize("path", ["", "/escalation"])
    def test_it_cannot_be_read(self, complained_of, complaint, path):
        answer = complained_of.send("GET", f"/api/v1/complaints/{complaint.number}{path}")

        assert answer.status_code == 404

    @pytest.mark.parametrize("act", ACTS)
    def test_it_cannot_be_acted_on(self, complained_of, complaint, act):
        before = Complaint.objects.values().get()

        answer = complained_of.send(
            "POST", f"/api/v1/complaints/{complaint.number}/{act}", ACTS[act]
        )

        assert (answer.status_code, Complaint.objects.values().get()) == (404, before)

    def test_it_looks_like_one_that_does_not_exist(self, complained_of, complaint):
        unknown = complained_of.send("GET", "/api/v1/complaints/ADU-0000-0000-0")

        answer = complained_of.send("GET", f"/api/v1/complaints/{complaint.number}")

        assert answer.json() == unknown.json()

    def test_the_bridge_does_not_return_it(self, complained_of, complaint):
        interaction = InteractionFactory(service="pengaduan", category_id="P13")
        Complaint.objects.update(interaction=interaction)

        answer = complained_of.send("POST", f"/api/v1/interactions/{interaction.id}/complaint", {})

        assert (answer.status_code, complaint.number in answer.text) == (404, False)


@pytest.mark.parametrize("count", [1, 30])
def test_a_page_of_complaints_costs_two_queries(jabar, polres, selects, count):
    ComplaintFactory.create_batch(count)
    person = SupervisorFactory(unit=polres)

    with selects(2):
        list(complaints(person)[:50])
