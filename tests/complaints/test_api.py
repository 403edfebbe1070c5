"""The contract's paths, bodies and codes, through the whole stack."""

import pytest

from complaints.models import Complaint
from complaints.numbers import read_number
from tests.clients import client_of, switch_of
from tests.complaints.factories import ComplaintFactory, EscalationFactory
from tests.factories import (
    NOON,
    AgentFactory,
    HqFactory,
    InteractionFactory,
    ItHeadFactory,
    SupervisorFactory,
)

pytestmark = pytest.mark.django_db

BODY = {
    "channel": "walk_in",
    "category": "P13",
    "summary": "Petugas tidak datang",
    "detail": "Menunggu dua jam",
    "occurred_at": "2026-11-03T02:15:00Z",
    "about": {"officers": ["Bripka Contoh"]},
    "complainant": {"name": "Siti Contoh", "phone": "+6281200000001"},
}
DECISIONS = {
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
def agent(jabar):
    return client_of(jabar, AgentFactory())


@pytest.fixture
def supervisor(jabar):
    return client_of(jabar, SupervisorFactory())


def path(complaint, act=""):
    return f"/api/v1/complaints/{complaint.number}{'/' if act else ''}{act}"


def pointers(answer):
    return [error["pointer"] for error in answer.json()["errors"]]


def test_an_agent_files_a_complaint(agent):
    answer = agent.send("POST", "/api/v1/complaints/", BODY)

    filed = answer.json()
    assert answer.status_code == 201
    assert read_number(filed["number"]) == filed["number"]
    assert filed["pin"]
    assert {
        name: filed[name] for name in ("state", "channel", "summary", "detail", "complainant")
    } == {
        "state": "received",
        "channel": "walk_in",
        "summary": "Petugas tidak datang",
        "detail": "Menunggu dua jam",
        "complainant": {"name": "Siti Contoh", "phone": "+6281200000001"},
    }


def test_the_pin_is_shown_this_once(agent):
    number = agent.send("POST", "/api/v1/complaints/", BODY).json()["number"]

    assert "pin" not in agent.send("GET", f"/api/v1/complaints/{number}").json()


@pytest.mark.parametrize("complainant", [None, {}])
def test_a_complaint_may_be_anonymous(agent, complainant):
    filed = agent.send("POST", "/api/v1/complaints/", BODY | {"complainant": complainant}).json()

    assert (filed["complainant"], filed["anonymous"]) == (None, True)


@pytest.mark.parametrize("missing", ["channel", "category", "summary", "detail", "complainant"])
def test_a_missing_field_is_named(agent, missing):
    body = {name: value for name, value in BODY.items() if name != missing}

    answer = agent.send("POST", "/api/v1/complaints/", body)

    assert (answer.status_code, pointers(answer)) == (422, [f"#/{missing}"])


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"channel": "pigeon"}, "#/channel"),
        ({"category": "P01"}, "#/category"),
        ({"summary": " "}, "#/summary"),
        ({"occurred_at": "2999-01-01T00:00:00Z"}, "#/occurred_at"),
        ({"occurred_at": "0001-01-01T00:00:00+07:00"}, "#/occurred_at"),
        ({"interaction": "6f9619ff-8b86-4011-b42d-00c04fc964ff"}, "#/interaction"),
        ({"about": {"unit": "nowhere"}}, "#/about/unit"),
        ({"complainant": {"phone": "0812"}}, "#/complainant/phone"),
        ({"complainant": {"nik": "12"}}, "#/complainant/nik"),
    ],
)
def test_a_wrong_field_is_named(agent, fields, pointer):
    answer = agent.send("POST", "/api/v1/complaints/", BODY | fields)

    assert (answer.status_code, pointers(answer)) == (422, [pointer])


def test_nothing_is_kept_of_a_refused_one(agent):
    agent.send("POST", "/api/v1/complaints/", BODY | {"category": "P01"})

    assert not Complaint.objects.exists()


def test_the_bridge_opens_a_complaint_from_an_interaction(agent):
    interaction = InteractionFactory(service="pengaduan", category_id="P13", summary="Kasar")

    answer = agent.send("POST", f"/api/v1/interactions/{interaction.id}/complaint", {})

    assert (answer.status_code, answer.json()["interaction"]) == (201, str(interaction.id))


def test_the_bridge_needs_no_body(agent):
    interaction = InteractionFactory(service="pengaduan", category_id="P13", summary="Kasar")

    answer = agent.send("POST", f"/api/v1/interactions/{interaction.id}/complaint")

    assert answer.status_code == 201


def test_the_bridge_a_second_time_answers_the_same_complaint(agent):
    interaction = InteractionFactory(service="pengaduan", category_id="P13", summary="Kasar")
    bridge = f"/api/v1/interactions/{interaction.id}/complaint"
    first = agent.send("POST", bridge, {}).json()

    again = agent.send("POST", bridge, {})

    assert (again.status_code, again.json()["number"]) == (200, first["number"])
    assert "pin" not in again.json()


def test_the_bridge_refuses_another_category(agent):
    interaction = InteractionFactory(service="pengaduan", category_id="P01")

    answer = agent.send("POST", f"/api/v1/interactions/{interaction.id}/complaint", {})

    assert answer.status_code == 409


def test_the_list_has_the_newest_first(agent):
    older = ComplaintFactory(received_at=NOON)
    newer = ComplaintFactory(received_at=NOON.replace(hour=6))

    rows = agent.send("GET", "/api/v1/complaints/").json()["results"]

    assert [row["number"] for row in rows] == [newer.number, older.number]


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_lists_slash_is_optional(agent, slash):
    assert agent.send("GET", f"/api/v1/complaints{slash}").status_code == 200


def test_the_list_does_not_say_who_complained(agent):
    ComplaintFactory(complainant={"name": "Siti Contoh"})

    assert "Siti" not in agent.send("GET", "/api/v1/complaints/").text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=received", 1),
        ("state=verified", 0),
        ("overdue=true", 1),
        ("overdue=false", 0),
        ("since=2026-11-24T05:00:00Z", 1),
        ("until=2026-11-24T05:00:00Z", 0),
    ],
)
def test_the_list_is_filtered(agent, query, found):
    ComplaintFactory(overdue_at=NOON)

    rows = agent.send("GET", f"/api/v1/complaints/?{query}").json()["results"]

    assert len(rows) == found


def test_the_list_has_pages(agent):
    ComplaintFactory.create_batch(3)

    page = agent.send("GET", "/api/v1/complaints/?limit=2").json()
    last = agent.send("GET", page["next"].partition("localhost")[2]).json()

    assert (len(page["results"]), len(last["results"]), last["next"]) == (2, 1, None)


def test_a_complaint_says_when_what_is_due(agent):
    complaint = ComplaintFactory()

    due = agent.send("GET", path(complaint)).json()["due"]

    assert due == {"letter": "2026-12-22", "result": None, "next": "2026-12-22"}


def test_a_complaint_brings_its_history(supervisor):
    complaint = ComplaintFactory()
    supervisor.send("POST", path(complaint, "verify"), {"note": "Lengkap"})

    history = supervisor.send("GET", path(complaint)).json()["history"]

    assert [(each["kind"], each["detail"]) for each in history] == [
        ("verified", {"note": "Lengkap"})
    ]


def test_a_number_typed_in_lower_case_is_found(agent):
    complaint = ComplaintFactory()

    assert agent.send("GET", path(complaint).lower()).status_code == 200


def test_the_whole_life(supervisor):
    number = supervisor.send("POST", "/api/v1/complaints/", BODY).json()["number"]

    def act(name, body=None):
        answer = supervisor.send("POST", f"/api/v1/complaints/{number}/{name}", body)
        return answer.status_code, answer.json()["state"]

    assert [
        act("verify"),
        act("start", {}),
        act("escalate"),
        act("escalate", {"note": "again"}),
        act("resolve", {"resolution": "not_proven", "note": "Tidak terbukti"}),
        act("reopen", {"reason": "Keberatan"}),
        act("reject", {"reason": "Bukan kewenangan"}),
    ] == [
        (200, "verified"),
        (200, "in_progress"),
        (202, "pending"),
        (202, "pending"),
        (200, "resolved"),
        (200, "in_progress"),
        (200, "rejected"),
    ]


def test_a_decision_that_the_state_forbids_says_which_state(supervisor):
    answer = supervisor.send("POST", path(ComplaintFactory(), "escalate"), {})

    assert (answer.status_code, answer.json()["state"]) == (409, "received")


@pytest.mark.parametrize(
    ("act", "body", "pointer"),
    [
        ("verify", {"merits": False}, "#/reason"),
        ("reject", {}, "#/reason"),
        ("reopen", {}, "#/reason"),
        ("resolve", {"resolution": "proven"}, "#/note"),
        ("resolve", {"resolution": "maybe", "note": "x"}, "#/resolution"),
        ("letter", {}, "#/kind"),
        ("escalation/manual", {}, "#/dumas_number"),
    ],
)
def test_a_wrong_decision_is_refused_by_its_field(supervisor, act, body, pointer):
    answer = supervisor.send("POST", path(EscalationFactory().complaint, act), body)

    assert (answer.status_code, pointers(answer)) == (422, [pointer])


def test_an_escalation_says_how_far_it_got(agent):
    escalation = EscalationFactory(dead=True)

    document = agent.send("GET", path(escalation.complaint, "escalation")).json()

    names = ("state", "dumas_number", "attempts", "last_error", "key")
    assert {name: document[name] for name in names} == {
        "state": "dead",
        "dumas_number": None,
        "attempts": 9,
        "last_error": "answered 503",
        "key": str(escalation.key),
    }


def test_what_was_not_escalated_has_no_escalation(agent):
    assert agent.send("GET", path(ComplaintFactory(), "escalation")).status_code == 404


def test_a_dead_escalation_is_sent_again(supervisor):
    escalation = EscalationFactory(dead=True)

    answer = supervisor.send("POST", path(escalation.complaint, "escalation/retry"))

    assert (answer.status_code, answer.json()["state"]) == (200, "pending")


def test_a_pending_escalation_is_not_sent_again(supervisor):
    answer = supervisor.send("POST", path(EscalationFactory().complaint, "escalation/retry"))

    assert answer.status_code == 409


def test_a_dumas_number_is_entered(supervisor):
    complaint = EscalationFactory(dead=True).complaint

    answer = supervisor.send("POST", path(complaint, "escalation/manual"), {"dumas_number": "D-1"})

    assert (answer.status_code, answer.json()["state"]) == (200, "manual")


class TestDoors:
    @pytest.mark.parametrize("act", DECISIONS)
    def test_an_agent_decides_nothing(self, agent, act):
        complaint = EscalationFactory(dead=True).complaint

        assert agent.send("POST", path(complaint, act), DECISIONS[act]).status_code == 403

    @pytest.mark.parametrize("person", [ItHeadFactory, HqFactory])
    def test_other_roles_read_nothing(self, jabar, person):
        complaint, client = ComplaintFactory(), client_of(jabar, person())

        paths = ["/api/v1/complaints/", path(complaint), path(complaint, "escalation")]
        assert {client.send("GET", each).status_code for each in paths} == {403}

    def test_a_switch_reads_nothing(self, jabar):
        complaint, switch = ComplaintFactory(), switch_of(jabar)

        assert switch.send("GET", path(complaint)).status_code == 403

    def test_nobody_reads_nothing(self, jabar):
        complaint = ComplaintFactory()

        assert client_of(jabar).send("GET", path(complaint)).status_code == 401

    def test_another_region_finds_nothing(self, jabar, diy):
        from django_tenants.utils import tenant_context

        complaint = ComplaintFactory()
        with tenant_context(diy):
            stranger = client_of(diy, SupervisorFactory())

        answers = [
            stranger.send("GET", path(complaint)),
            *(stranger.send("POST", path(complaint, act), DECISIONS[act]) for act in DECISIONS),
        ]
        assert {answer.status_code for answer in answers} == {404}


def test_the_callback_is_described_as_public(agent):
    document = agent.send("GET", "/api/v1/schema").json()

    assert document["paths"]["/api/v1/dumas/callbacks"]["post"]["security"] == []
