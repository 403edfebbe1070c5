"""Incidents: opened from calls, linked to more, closed when all is done."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django_tenants.utils import tenant_context
from stdnum import damm

from interactions.errors import LinkedElsewhere
from interactions.models import Alert, Incident, IncidentEntry
from interactions.services.claim import claim_call
from interactions.services.incidents import link_interaction
from interactions.services.record import close_interaction, reopen_interaction
from interactions.services.sum_rollups import sum_rollups
from regions.context import run_in_region
from regions.queries import national_summary
from tests.at_once import run_at_once
from tests.clients import client_of
from tests.factories import (
    NOON,
    AgentFactory,
    CallFactory,
    IncidentFactory,
    InteractionFactory,
    ItHeadFactory,
    UnitFactory,
)

PLACE = {"latitude": -6.9, "longitude": 107.6}


@pytest.fixture
def agent(jabar):
    return AgentFactory()


@pytest.fixture
def desk(jabar, agent):
    return client_of(jabar, agent)


def path(incident="", verb=""):
    of = incident.id if isinstance(incident, Incident) else incident
    return f"/api/v1/incidents/{of}{verb}"


def body(*interactions, **other):
    return {
        "category": "L08",
        "priority": 1,
        "place": PLACE,
        "summary": "Tawuran di alun-alun",
        "interactions": [str(each.id) for each in interactions],
        **other,
    }


def pointers(reply):
    return [each["pointer"] for each in reply.json()["errors"]]


def kinds(entries):
    return [each["kind"] for each in entries]


def incident_totals():
    sum_rollups()
    return national_summary(since=None, until=None).document()["totals"]["incidents"]


def test_an_incident_gathers_the_interactions_it_is_opened_from(desk):
    interaction = InteractionFactory()

    reply = desk.send("POST", path(), body(interaction))

    assert (reply.status_code, reply.json()["state"]) == (201, "open")
    assert reply.json()["interactions"] == [str(interaction.id)]
    assert desk.get(path(reply.json()["id"])).json() == reply.json()


def test_the_interaction_says_its_incident(desk):
    interaction = InteractionFactory()
    incident = desk.send("POST", path(), body(interaction)).json()

    shown = desk.get(f"/api/v1/interactions/{interaction.id}").json()

    assert shown["incident"] == incident["id"]


def test_an_incident_has_a_number_that_can_be_spoken_and_checked(desk):
    first, second = (desk.send("POST", path(), body()).json()["number"] for _ in range(2))

    letter, year, serial, check = first.split("-")
    assert (letter, second.split("-")[2]) == ("K", f"{int(serial) + 1:06d}")
    assert damm.is_valid(year + serial + check)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"category": "LA"}, "#/category"),
        ({"category": "nothing"}, "#/category"),
        ({"priority": 5}, "#/priority"),
        ({"place": {"latitude": 91, "longitude": 0}}, "#/place/latitude"),
        ({"summary": ""}, "#/summary"),
        ({"interactions": ["11111111-1111-1111-1111-111111111111"]}, "#/interactions/0"),
    ],
)
def test_a_wrong_incident_is_refused_by_its_field(desk, change, pointer):
    reply = desk.send("POST", path(), body(**change))

    assert (reply.status_code, pointers(reply)) == (422, [pointer])
    assert not Incident.objects.exists()


def test_an_interaction_of_another_region_cannot_be_gathered(jabar, diy, desk):
    with tenant_context(diy):
        foreign = InteractionFactory()

    assert desk.send("POST", path(), body(foreign)).status_code == 422


def test_an_interaction_belongs_to_one_incident(desk):
    interaction = InteractionFactory()
    first = desk.send("POST", path(), body(interaction)).json()

    again = desk.send("POST", path(), body(interaction))
    linked = desk.send(
        "POST", path(IncidentFactory(), "/link"), {"interaction": interaction.id.hex}
    )

    assert (again.status_code, again.json()["number"]) == (409, first["number"])
    assert (linked.status_code, linked.json()["incident"]) == (409, first["id"])


def test_linking_writes_on_both_timelines(desk, agent):
    incident, interaction = IncidentFactory(), InteractionFactory()

    reply = desk.send("POST", path(incident, "/link"), {"interaction": str(interaction.id)})

    entry = interaction.timeline.get()
    assert (reply.status_code, kinds(reply.json()["timeline"])) == (200, ["linked"])
    assert (entry.kind, entry.actor, entry.detail["incident"]) == (
        "linked",
        agent.username,
        incident.number,
    )


def test_linking_twice_changes_nothing(desk):
    incident, interaction = IncidentFactory(), InteractionFactory()
    link = {"interaction": str(interaction.id)}
    first = desk.send("POST", path(incident, "/link"), link)

    assert desk.send("POST", path(incident, "/link"), link).json() == first.json()


def test_a_wrong_link_is_taken_back_with_its_reason(desk):
    incident, interaction = IncidentFactory(), InteractionFactory()
    link = {"interaction": str(interaction.id)}
    desk.send("POST", path(incident, "/link"), link)

    reply = desk.send("POST", path(incident, "/unlink"), {**link, "reason": "another street"})

    assert (reply.json()["interactions"], kinds(reply.json()["timeline"])) == (
        [],
        ["linked", "unlinked"],
    )
    assert desk.send("POST", path(IncidentFactory(), "/link"), link).status_code == 200


def test_unlinking_what_is_not_linked_is_409(desk):
    link = {"interaction": str(InteractionFactory().id), "reason": "x"}

    assert desk.send("POST", path(IncidentFactory(), "/unlink"), link).status_code == 409


def test_the_contacts_are_a_list_for_call_backs(desk):
    incident = IncidentFactory()
    InteractionFactory(incident=incident, caller="+6281200000002", summary="Dua kelompok")

    (contact,) = desk.get(path(incident)).json()["contacts"]

    assert (contact["caller"], contact["summary"]) == ("+6281200000002", "Dua kelompok")


def test_opening_and_linking_are_told(desk):
    first, second = InteractionFactory(), InteractionFactory(opened_at=NOON + timedelta(minutes=1))
    incident = desk.send("POST", path(), body(first)).json()
    desk.send("POST", path(incident["id"], "/link"), {"interaction": str(second.id)})

    alerts = list(Alert.objects.order_by("seq"))
    assert [each.kind for each in alerts] == ["incident.opened", "incident.updated"]
    assert alerts[1].payload["incident"]["interactions"] == [str(first.id), str(second.id)]


def test_a_correction_on_the_newest_version_is_saved(desk):
    incident = IncidentFactory()
    etag = desk.get(path(incident))["ETag"]

    reply = desk.send("PATCH", path(incident), {"place": PLACE}, **{"If-Match": etag})

    assert (reply.status_code, reply.json()["place"]) == (200, PLACE)


def test_a_stale_correction_is_refused(desk):
    incident = IncidentFactory()
    etag = desk.get(path(incident))["ETag"]
    desk.send("PATCH", path(incident), {"priority": 2}, **{"If-Match": etag})

    reply = desk.send("PATCH", path(incident), {"priority": 3}, **{"If-Match": etag})

    assert reply.status_code == 412


def test_an_incident_to_which_nobody_was_sent_is_closed_with_a_reason(desk):
    incident = IncidentFactory()

    reply = desk.send("POST", path(incident, "/close"), {"reason": "Settled by phone"})

    assert (reply.status_code, reply.json()["state"]) == (200, "closed")
    assert reply.json()["timeline"][-1]["detail"] == {"reason": "Settled by phone"}


def test_an_incident_with_an_open_interaction_is_not_closed(desk):
    interaction = InteractionFactory(incident=IncidentFactory())

    reply = desk.send("POST", path(interaction.incident, "/close"), {"reason": "x"})

    assert reply.status_code == 409


def cleared(desk, incident, unit):
    desk.send("POST", path(incident, "/dispatch"), {"unit": unit.code})
    for status in ("en_route", "on_scene", "cleared"):
        reply = desk.send("POST", path(incident, "/status"), {"unit": unit.code, "status": status})
    return reply.json()["state"]


def test_an_incident_closes_when_its_units_are_cleared(desk):
    assert cleared(desk, IncidentFactory(), UnitFactory()) == "closed"


def test_an_incident_stays_open_while_an_interaction_is(desk, agent):
    interaction = InteractionFactory(incident=IncidentFactory(), agent=agent)
    assert cleared(desk, interaction.incident, UnitFactory()) == "open"

    close_interaction(interaction_id=interaction.id, outcome="dispatched", note="", actor=agent)

    assert Incident.objects.get().state == "closed"


def test_an_interaction_that_is_opened_again_opens_its_incident(desk, agent):
    interaction = InteractionFactory(incident=IncidentFactory(), agent=agent)
    cleared(desk, interaction.incident, UnitFactory())
    close_interaction(interaction_id=interaction.id, outcome="dispatched", note="", actor=agent)

    reopen_interaction(interaction_id=interaction.id, reason="", actor=agent)

    assert (Incident.objects.get().state, Alert.objects.latest("seq").kind) == (
        "open",
        "incident.updated",
    )


def test_a_late_call_opens_a_closed_incident_again(desk):
    incident = IncidentFactory()
    cleared(desk, incident, UnitFactory())

    reply = desk.send(
        "POST", path(incident, "/link"), {"interaction": str(InteractionFactory().id)}
    )

    assert reply.json()["state"] == "open"


def test_the_clocks_run_from_the_first_contact(jabar, agent, desk):
    early = claim_call(call_id=CallFactory(offered_at=NOON).id, agent=agent)
    unit = UnitFactory()
    with time_machine.travel(NOON, tick=False) as clock:
        clock.shift(timedelta(seconds=60))
        incident = desk.send("POST", path(), body(InteractionFactory(opened_at=NOON), early)).json()
        for seconds, status in ((60, "dispatched"), (30, "en_route"), (450, "on_scene")):
            clock.shift(timedelta(seconds=seconds))
            verb = "/dispatch" if status == "dispatched" else "/status"
            desk.send("POST", path(incident["id"], verb), {"unit": unit.code, "status": status})

    figures = incident_totals()
    assert figures["open"] == 1
    assert figures["dispatch_p50"] == pytest.approx(120, rel=0.025)
    assert figures["arrival_p50"] == figures["arrival_p90"] == pytest.approx(600, rel=0.025)


def test_an_earlier_call_that_is_linked_later_mends_the_clocks(desk):
    incident = IncidentFactory(opened_at=NOON)
    late, early = InteractionFactory(), InteractionFactory(opened_at=NOON - timedelta(seconds=100))
    with time_machine.travel(NOON + timedelta(seconds=100), tick=False):
        desk.send("POST", path(incident, "/link"), {"interaction": str(late.id)})
        desk.send("POST", path(incident, "/dispatch"), {"unit": UnitFactory().code})
        before = incident_totals()
        desk.send("POST", path(incident, "/link"), {"interaction": str(early.id)})

    assert before["dispatch_p50"] == pytest.approx(100, rel=0.025)
    assert incident_totals()["dispatch_p50"] == pytest.approx(200, rel=0.025)


def test_a_closed_incident_is_not_counted_as_open(desk):
    incident = desk.send("POST", path(), body()).json()
    opened = incident_totals()
    desk.send("POST", path(incident["id"], "/close"), {"reason": "x"})

    assert (opened["open"], incident_totals()["open"]) == (1, 0)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?state=open", 2),
        ("?state=closed", 0),
        ("?priority=1", 1),
        ("?category=P02", 1),
        ("?since=2026-11-24T05:00:00Z", 2),
        ("?until=2026-11-24T05:00:00Z", 0),
        ("?unit=R-1", 1),
        ("?unit=R-2", 0),
    ],
)
def test_the_list_is_filtered(desk, query, found):
    IncidentFactory()
    other = IncidentFactory(priority=2, category_id="P02")
    desk.send("POST", path(other, "/dispatch"), {"unit": UnitFactory(code="R-1").code})

    assert len(desk.get(f"/api/v1/incidents/{query}").json()["results"]) == found


def test_the_list_costs_as_many_queries_with_30_incidents_as_with_1(
    desk, django_assert_max_num_queries
):
    def make():
        incident = IncidentFactory()
        InteractionFactory(incident=incident)
        desk.send("POST", path(incident, "/dispatch"), {"unit": UnitFactory().code})

    def queries(of):
        with django_assert_max_num_queries(20) as counted:
            desk.get(of)
        return len(counted)

    make()
    queries(path())
    with_one = queries(path())
    for _ in range(29):
        make()

    assert queries(path()) == with_one


def test_one_incident_costs_as_many_queries_with_30_contacts_as_with_1(
    desk, django_assert_max_num_queries
):
    incident = IncidentFactory()

    def queries():
        with django_assert_max_num_queries(20) as counted:
            desk.get(path(incident))
        return len(counted)

    InteractionFactory(incident=incident)
    queries()
    with_one = queries()
    for _ in range(29):
        InteractionFactory(incident=incident)

    assert queries() == with_one


def test_an_it_head_may_not_open_one(jabar):
    reply = client_of(jabar, ItHeadFactory()).send("POST", path(), body())

    assert reply.status_code == 403


def test_another_region_finds_no_incident(jabar, diy):
    incident = IncidentFactory()
    with tenant_context(diy):
        stranger = client_of(diy, AgentFactory())

    assert stranger.get(path(incident)).status_code == 404


def test_a_timeline_is_never_rewritten(jabar, desk):
    desk.send("POST", path(), body())

    for change in (
        IncidentEntry.objects.all().delete,
        lambda: IncidentEntry.objects.update(actor="x"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_of_many_incidents_that_link_a_call_at_once_one_gets_it(committed):
    interaction = run_in_region("jabar", InteractionFactory)
    agent = run_in_region("jabar", AgentFactory)
    incidents = run_in_region("jabar", IncidentFactory.create_batch, 8)

    def link(incident):
        return lambda: link_interaction(
            incident_id=incident.id, interaction_id=interaction.id, actor=agent
        )

    outcomes = run_at_once("jabar", *map(link, incidents))

    assert (outcomes.count(None), outcomes.count(LinkedElsewhere)) == (1, 7)
    assert run_in_region("jabar", Alert.objects.count) == 1
