"""The national intake: each call goes to one region, and stays there."""

import pytest
from django_tenants.utils import tenant_context

from interactions.models import Call, CallEvent
from regions.models import CallRoute, Region
from tests.clients import switch_of
from tests.factories import call_event, offered


def calls_of(region):
    with tenant_context(region):
        return set(Call.objects.values_list("id", flat=True))


@pytest.mark.parametrize(
    ("event", "region"),
    [
        ({"trunk": "jabar"}, "jabar"),
        ({"trunk": "jabar-2"}, "jabar"),
        ({"trunk": "JABAR"}, "jabar"),
        ({"caller": "+62274512345"}, "diy"),
        ({"caller": "+62274512345", "trunk": "jabar"}, "jabar"),
        ({"caller": "+6281234567890"}, "metrojaya"),
        ({"caller": None, "trunk": "elsewhere"}, "metrojaya"),
    ],
    ids=["trunk", "group", "case", "area code", "trunk first", "mobile", "withheld"],
)
def test_a_call_goes_by_trunk_then_area_code_then_to_the_fallback(nasional, event, region):
    reply = switch_of(nasional).deliver(offered("c-1", **event))

    assert reply.json() == {"accepted": 1, "duplicates": 0, "regions": {"c-1": region}}
    assert calls_of(Region.objects.get(slug=region)) == {"c-1"}


def test_later_events_follow_the_call_whatever_they_tell(nasional):
    switch = switch_of(nasional)
    switch.deliver(call_event("call.queued", "c-1", queue="utama"))  # knows nothing: the fallback

    reply = switch.deliver(offered("c-1", trunk="jabar"))

    assert reply.json()["regions"] == {"c-1": "metrojaya"}


def test_a_known_event_is_a_duplicate_even_under_another_call(nasional):
    switch, event = switch_of(nasional), offered("c-1", trunk="jabar")
    switch.deliver(event)

    reply = switch.deliver({**event, "subject": "c-2", "data": {}})

    assert (reply.status_code, reply.json()["duplicates"]) == (200, 1)
    assert not CallRoute.objects.filter(call="c-2").exists()


def test_calls_of_two_sources_with_one_id_are_two_calls(nasional):
    switch = switch_of(nasional)
    other = {**offered("c-1", trunk="jabar"), "source": "/switch/other"}

    switch.deliver(offered("c-1", caller="+62274512345"))
    reply = switch.deliver(other)

    assert reply.json()["regions"] == {"c-1": "jabar"}


def test_a_batch_with_one_bad_item_keeps_nothing_in_any_region(nasional, jabar, diy):
    batch = [
        offered("c-1", trunk="jabar"),
        offered("c-2", trunk="diy"),
        {**offered("c-3"), "data": {}},
    ]

    reply = switch_of(nasional).deliver(batch)

    assert reply.status_code == 422
    assert calls_of(jabar) == calls_of(diy) == set()
    assert not CallRoute.objects.exists()


def test_a_batch_is_parted_by_region(nasional, jabar, diy):
    batch = [offered("c-1", trunk="jabar"), offered("c-2", trunk="diy")]

    reply = switch_of(nasional).deliver(batch)

    assert reply.json()["regions"] == {"c-1": "jabar", "c-2": "diy"}
    assert (calls_of(jabar), calls_of(diy)) == ({"c-1"}, {"c-2"})


def test_the_key_of_a_polda_opens_nothing_at_headquarters(nasional, jabar):
    foreign = switch_of(jabar)
    foreign.defaults["SERVER_NAME"] = "nasional.localhost"

    assert foreign.deliver(offered("c-1")).status_code == 401


def test_an_event_that_reached_the_region_directly_is_still_one(nasional, jabar):
    event = offered("c-1", trunk="jabar")
    switch_of(jabar).deliver(event)

    reply = switch_of(nasional).deliver(event)

    assert reply.json()["duplicates"] == 1
    with tenant_context(jabar):
        assert CallEvent.objects.count() == 1
