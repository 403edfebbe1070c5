"""The staff's complaint pages."""

import re

import pytest

from complaints.models import Complaint
from complaints.numbers import read_number
from regions.people.models import Unit
from tests.clients import PortalClient, host_of
from tests.complaints.factories import ComplaintFactory, EscalationFactory
from tests.factories import NOON, AgentFactory, SupervisorFactory

pytestmark = pytest.mark.django_db

STATEMENT = {
    "channel": "letter",
    "summary": "Petugas tidak datang",
    "detail": "Menunggu dua jam",
    "identity": "named",
    "name": "Siti Contoh",
    "phone": "0812-0000-0001",
}


def browser_of(region, person):
    """A browser at a region's host in which this person is signed in; pages in English."""
    browser = PortalClient(host_of(region), HTTP_ACCEPT_LANGUAGE="en")
    browser.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return browser


@pytest.fixture
def agent(jabar):
    return browser_of(jabar, AgentFactory())


@pytest.fixture
def supervisor(jabar):
    return browser_of(jabar, SupervisorFactory())


def page(complaint, act=""):
    return f"/complaints/{complaint.number}/{act}{'/' if act else ''}"


def act(browser, complaint, name, **fields):
    return browser.post(page(complaint, name), fields)


class TestInbox:
    def test_it_lists_what_is_open(self, agent):
        complaint = ComplaintFactory(summary="Petugas kasar")

        text = agent.get("/complaints/").text

        assert complaint.number in text
        assert "Petugas kasar" in text

    def test_a_tab_shows_its_part_only(self, agent):
        open_one, closed = ComplaintFactory(), ComplaintFactory(resolved=True)

        text = agent.get("/complaints/?tab=closed").text

        assert (closed.number in text, open_one.number in text) == (True, False)

    def test_it_says_how_many_are_late(self, agent):
        ComplaintFactory.create_batch(3, overdue_at=NOON)

        assert re.search(
            r"Overdue\s*<span class=\"panel__count\">3</span>", agent.get("/complaints/").text
        )

    def test_older_ones_are_a_page_further(self, agent):
        ComplaintFactory.create_batch(51)

        first = agent.get("/complaints/").text
        after = re.search(r"after=(ADU-[\w-]+)", first).group(1)
        second = agent.get(f"/complaints/?after={after}").text

        numbers = [set(re.findall(r"complaints/(ADU-[\w-]+)/", text)) for text in (first, second)]
        assert [len(each) for each in numbers] == [50, 1]
        assert not numbers[0] & numbers[1]

    def test_whom_it_is_about_neither_sees_nor_counts_it(self, jabar):
        unit = Unit.objects.filter(kind="polres").first()
        complaint = ComplaintFactory(about_unit=unit.code)
        browser = browser_of(jabar, SupervisorFactory(unit=unit))

        text = browser.get("/complaints/").text

        assert complaint.number not in text
        assert '<span class="panel__count">1</span>' not in text

    @pytest.mark.parametrize("count", [1, 30])
    def test_its_cost_does_not_grow_with_its_length(self, agent, selects, count):
        ComplaintFactory.create_batch(count)
        agent.get("/complaints/")

        with selects(5):  # session, account, host, counts, rows
            agent.get("/complaints/")


class TestDetail:
    def test_it_shows_what_was_said(self, agent):
        complaint = ComplaintFactory(detail="Menunggu dua jam", complainant={"name": "Siti Contoh"})

        text = agent.get(page(complaint)).text

        assert "Menunggu dua jam" in text
        assert "Siti Contoh" in text

    def test_it_says_that_the_complainant_is_anonymous(self, agent):
        assert "The complainant is anonymous." in agent.get(page(ComplaintFactory())).text

    def test_an_agent_is_offered_no_decision(self, agent):
        assert "<form" not in agent.get(page(ComplaintFactory())).text.partition("<main")[2]

    @pytest.mark.parametrize(
        ("fields", "offered"),
        [
            ({}, {"verify", "reject", "letter"}),
            ({"state": "verified"}, {"start", "escalate", "resolve", "reject", "letter"}),
            ({"state": "in_progress"}, {"escalate", "resolve", "reject", "letter"}),
            ({"escalated": True}, {"resolve", "reject", "letter"}),
            ({"resolved": True}, {"reopen", "letter"}),
        ],
    )
    def test_a_supervisor_is_offered_what_the_state_allows(self, supervisor, fields, offered):
        complaint = ComplaintFactory(**fields)

        text = supervisor.get(page(complaint)).text

        assert set(re.findall(rf'action="/complaints/{complaint.number}/(\w+)/"', text)) == offered

    def test_each_try_is_told_in_plain_words(self, agent):
        escalation = EscalationFactory(dead=True)
        escalation.tries.create(outcome="unavailable", detail="answered 503")

        text = agent.get(page(escalation.complaint)).text

        assert "Dumas Presisi did not answer as it should." in text
        assert "The report did not arrive" in text

    def test_whom_it_is_about_finds_nothing(self, jabar):
        unit = Unit.objects.filter(kind="polres").first()
        complaint = ComplaintFactory(about_unit=unit.code)
        browser = browser_of(jabar, SupervisorFactory(unit=unit))

        assert browser.get(page(complaint)).status_code == 404

    def test_it_stays_on_no_shared_disk(self, agent):
        assert "no-store" in agent.get(page(ComplaintFactory()))["Cache-Control"]


class TestActs:
    def test_verifying_leads_back_and_says_so(self, supervisor):
        complaint = ComplaintFactory()

        answer = supervisor.post(page(complaint, "verify"), {"note": "Lengkap"}, follow=True)

        complaint.refresh_from_db()
        assert complaint.state == "verified"
        assert "Verified." in answer.text

    def test_passing_on_shows_the_escalation(self, supervisor):
        complaint = ComplaintFactory(state="verified")

        answer = supervisor.post(page(complaint, "escalate"), {}, follow=True)

        assert str(Complaint.objects.get().escalation.key) in answer.text

    @pytest.mark.parametrize(
        ("fields", "name", "said", "state"),
        [
            ({"state": "verified"}, "start", {}, "in_progress"),
            ({"state": "verified"}, "reject", {"reason": "x"}, "rejected"),
            (
                {"state": "in_progress"},
                "resolve",
                {"resolution": "proven", "note": "x"},
                "resolved",
            ),
            ({"resolved": True}, "reopen", {"reason": "x"}, "in_progress"),
        ],
    )
    def test_a_decision_is_made_by_its_form(self, supervisor, fields, name, said, state):
        complaint = ComplaintFactory(**fields)

        answer = act(supervisor, complaint, name, **said)

        complaint.refresh_from_db()
        assert (answer.status_code, complaint.state) == (302, state)

    def test_a_missing_reason_is_asked_for_in_place(self, supervisor):
        complaint = ComplaintFactory()

        answer = act(supervisor, complaint, "reject", reason="")

        assert answer.status_code == 422
        assert 'id="reject_reason_error"' in answer.text

    def test_a_letter_that_was_received_today_starts_the_next_clock(self, supervisor, time_machine):
        time_machine.move_to(NOON, tick=False)
        complaint = ComplaintFactory(state="verified")

        act(
            supervisor,
            complaint,
            "letter",
            kind="SP3D",
            sent_on="2026-11-23",
            received_on="24/11/2026",
        )

        complaint.refresh_from_db()
        assert str(complaint.result_due_on) == "2027-01-25"

    @pytest.mark.parametrize(
        ("days", "field"),
        [
            ({"sent_on": "2999-01-01"}, "sent_on"),
            ({"sent_on": "2026-11-23", "received_on": "2026-11-20"}, "received_on"),
        ],
    )
    def test_an_impossible_day_is_refused_in_place(self, supervisor, days, field):
        answer = act(supervisor, ComplaintFactory(state="verified"), "letter", kind="SP3D", **days)

        assert answer.status_code == 422
        assert f'id="letter_{field}_error"' in answer.text

    def test_a_dead_one_is_sent_again(self, supervisor):
        escalation = EscalationFactory(dead=True)

        act(supervisor, escalation.complaint, "retry")

        escalation.refresh_from_db()
        assert escalation.state == "pending"

    def test_a_number_is_entered(self, supervisor):
        escalation = EscalationFactory(dead=True)

        act(supervisor, escalation.complaint, "manual", dumas_number="DMS-7")

        escalation.refresh_from_db()
        assert (escalation.state, escalation.dumas_number) == ("manual", "DMS-7")

    def test_what_somebody_else_has_decided_meanwhile_is_told(self, supervisor):
        answer = act(supervisor, ComplaintFactory(rejected=True), "verify")

        assert answer.status_code == 409


class TestWritingDown:
    def test_the_number_and_pin_are_shown(self, agent):
        text = agent.post("/complaints/new/", STATEMENT).text

        assert Complaint.objects.get().number in text
        assert re.search(r'id="complaint-pin">\s*[0-9]{8}\s*<', text)

    def test_a_phone_number_as_people_write_it_is_understood(self, agent):
        agent.post("/complaints/new/", STATEMENT)

        assert Complaint.objects.get().complainant["phone"] == "+6281200000001"

    def test_who_wrote_it_down_is_kept(self, agent):
        agent.post("/complaints/new/", STATEMENT)

        complaint = Complaint.objects.get()
        assert complaint.history.get().actor.startswith("agent")
        assert complaint.channel == "letter"

    def test_an_empty_form_is_refused(self, agent):
        assert agent.post("/complaints/new/", {}).status_code == 422

    def test_its_number_is_a_good_one(self, agent):
        agent.post("/complaints/new/", STATEMENT)

        number = Complaint.objects.get().number
        assert read_number(number) == number
