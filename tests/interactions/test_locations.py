"""Places from the network: found their call, told once, waited for it, judged whose they are."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from django_tenants.utils import tenant_context

from interactions.models import Alert, Call, CallEvent, WaitingPlace
from interactions.services.national_locations import sweep_waiting_places
from regions.models import Region
from regions.people.models import Unit
from tests.clients import client_of, switch_of
from tests.factories import AgentFactory, call_event, offered

PATH = "/api/v1/calls/locations"
CALLER = "+6281200000001"
QUERY = "?caller=%2B6281200000001"
SMS = "text/plain"
FORM = "application/x-www-form-urlencoded"
PIDF = "application/pidf+xml"
MESSAGES = Path(__file__).parent / "messages"
CIVIC = (MESSAGES / "DeviceCivicLocation.xml").read_bytes()
BANDUNG, SLEMAN = (-6.9147, 107.6098), (-7.716, 110.355)


def sms(latitude=-6.9147, longitude=107.6098, at="20261124050000"):
    return f'A"ML=1;lt={latitude};lg={longitude};rd=20;top={at};lc=68;pm=G;ml=90'.encode()


def form(number=CALLER, latitude=-6.9147, longitude=107.6098):
    return (
        f"v=1&device_number={number.replace('+', '%2B')}&location_latitude={latitude}"
        f"&location_longitude={longitude}&location_accuracy=12.5&location_time=1793163600000"
    ).encode()


def send(region, body, kind=SMS, query=QUERY):
    return switch_of(region).generic("POST", PATH + query, body, kind)


def deliver(region, *events):
    reply = switch_of(region).deliver(list(events))
    assert reply.status_code == 202


def shown(region, call="c-1"):
    return client_of(region, AgentFactory()).get(f"/api/v1/calls/{call}").json()


def kinds():
    return list(Alert.objects.order_by("seq").values_list("kind", flat=True))


class TestTheCall:
    def test_a_place_is_found_its_call_by_the_number_in_the_query(self, jabar):
        deliver(jabar, offered("c-1"))

        reply = send(jabar, sms())

        assert (reply.status_code, reply.json()["call"]) == (202, "c-1")
        location = {
            "latitude": -6.9147,
            "longitude": 107.6098,
            "accuracy_m": 20.0,
            "method": "aml",
            "at": "2026-11-24T05:00:00Z",
        }
        assert location.items() <= reply.json()["location"].items()
        assert location.items() <= shown(jabar)["location"].items()

    def test_by_the_number_in_the_message(self, jabar):
        deliver(jabar, offered("c-1"))

        assert send(jabar, form(), FORM, "").json()["call"] == "c-1"

    def test_by_its_id(self, jabar):
        deliver(jabar, offered("c-1"), offered("c-2"))

        assert send(jabar, form(), FORM, "?call=c-1").json()["call"] == "c-1"

    def test_the_query_wins_over_the_message(self, jabar):
        deliver(jabar, offered("c-1"), offered("c-2", caller="+6281200000002"))

        assert send(jabar, form("+6281200000002"), FORM).json()["call"] == "c-1"

    @pytest.mark.parametrize(
        "query", ["?caller=+6281200000001", "?caller=081200000001", "?caller=0812-0000-0001"]
    )
    def test_a_number_in_the_query_is_read_as_people_write_it(self, jabar, query):
        deliver(jabar, offered("c-1"))

        assert send(jabar, sms(), query=query).json()["call"] == "c-1"

    def test_the_newest_open_call_of_the_caller_gets_it(self, jabar):
        deliver(
            jabar,
            offered("old", after=0),
            offered("open", after=10),
            offered("ended", after=20),
            call_event("call.ended", "ended", after=30, reason="abandoned"),
        )

        assert send(jabar, sms()).json()["call"] == "open"

    def test_a_call_that_just_ended_gets_it_when_none_is_open(self, jabar):
        deliver(jabar, offered("c-1"), call_event("call.ended", "c-1", reason="abandoned"))

        assert send(jabar, sms()).json()["call"] == "c-1"

    @pytest.mark.parametrize(("ended", "after"), [(True, 11), (False, 241)])
    def test_a_call_of_long_ago_does_not(self, jabar, ended, after):
        deliver(jabar, offered("c-1"))
        if ended:
            deliver(jabar, call_event("call.ended", "c-1", after=9, reason="abandoned"))

        with time_machine.travel(timezone.now() + timedelta(minutes=after), tick=False):
            assert send(jabar, sms()).json()["call"] is None

    def test_an_old_place_abroad_is_kept_as_it_is(self, jabar):
        deliver(jabar, offered("c-1"))

        send(jabar, (MESSAGES / "sms_v1.txt").read_bytes())

        call = shown(jabar)
        assert call["location"]["at"] == "2019-11-12T11:29:28Z"
        assert (call["location"]["latitude"], call["jurisdiction"]) == (48.82639, None)
        assert call["offered_at"] == "2026-11-24T05:00:00Z"

    def test_a_message_without_a_time_is_of_when_it_came(self, jabar):
        deliver(jabar, offered("c-1"))

        send(jabar, sms(at=""))

        at = timezone.datetime.fromisoformat(shown(jabar)["location"]["at"])
        assert abs(timezone.now() - at) < timedelta(minutes=1)

    def test_a_data_sms_comes_as_octets(self, jabar):
        deliver(jabar, offered("c-1"))
        octets = (MESSAGES / "data_sms.bin").read_bytes()

        reply = send(jabar, octets, "application/octet-stream")

        assert reply.json()["location"]["latitude"] == 37.42175

    def test_a_civic_address_alone_has_null_coordinates(self, jabar):
        deliver(jabar, offered("c-1"))

        reply = send(jabar, CIVIC, PIDF)

        location = shown(jabar)["location"]
        assert reply.json()["location"]["latitude"] is None
        assert (location["latitude"], location["longitude"]) == (None, None)
        assert location["civic"]["A3"] == "AURORA"

    def test_a_civic_address_does_not_take_the_point_away(self, jabar):
        deliver(jabar, offered("c-1"))
        send(jabar, sms())

        send(jabar, CIVIC, PIDF)

        location = shown(jabar)["location"]
        assert (location["latitude"], location["civic"]["A3"]) == (-6.9147, "AURORA")

    def test_the_identity_of_the_card_is_nowhere_in_the_database(self, jabar):
        deliver(jabar, offered("c-1"))

        send(jabar, (MESSAGES / "sms_v1.txt").read_bytes())

        kept = [*CallEvent.objects.values(), *Call.objects.values(), *Alert.objects.values()]
        assert "208201771948415" not in repr(kept)
        assert "353472104343540" not in repr(kept)


class TestOnce:
    def test_a_place_is_one_alert_with_the_call_as_it_is_then(self, jabar):
        deliver(jabar, offered("c-1"))

        send(jabar, sms())

        alert = Alert.objects.get(kind="call.located")
        assert kinds() == ["call.offered", "call.located"]
        assert alert.payload["call"]["location"]["latitude"] == -6.9147
        assert alert.payload["call"]["jurisdiction"]["region"] == "jabar"

    @pytest.mark.parametrize("again", [QUERY, "?call=c-1"])
    def test_the_same_message_again_gives_no_second_alert(self, jabar, again):
        deliver(jabar, offered("c-1"))
        send(jabar, sms())

        reply = send(jabar, sms(), query=again)

        assert (reply.status_code, reply.json()["call"]) == (202, "c-1")
        assert kinds() == ["call.offered", "call.located"]

    def test_it_stays_the_first_calls_when_they_ring_again(self, jabar):
        deliver(jabar, offered("c-1"))
        send(jabar, sms())
        deliver(jabar, offered("c-2", after=30))

        reply = send(jabar, sms())

        assert reply.json()["call"] == "c-1"
        assert kinds().count("call.located") == 1

    def test_the_caller_who_moved_is_told_again(self, jabar):
        deliver(jabar, offered("c-1"))
        send(jabar, sms())

        send(jabar, sms(latitude=-6.92))

        assert kinds().count("call.located") == 2
        assert shown(jabar)["location"]["latitude"] == -6.92


class TestWaiting:
    def test_a_place_before_its_call_is_taken_along_by_the_offer(self, jabar):
        waiting = send(jabar, sms())

        deliver(jabar, offered("c-1"))

        assert (waiting.status_code, waiting.json()["call"]) == (202, None)
        assert shown(jabar)["location"]["latitude"] == -6.9147
        assert kinds() == ["call.offered", "call.located"]
        assert not WaitingPlace.objects.exists()

    def test_the_offers_reply_counts_what_the_switch_sent(self, jabar):
        send(jabar, sms())

        reply = switch_of(jabar).deliver(offered("c-1"))

        assert reply.json() == {"accepted": 1, "duplicates": 0}

    def test_a_place_waits_for_the_call_that_was_named(self, jabar):
        send(jabar, sms(), query="?call=c-2")

        deliver(jabar, offered("c-1"), offered("c-2", after=1))

        assert shown(jabar, "c-1")["location"] is None
        assert shown(jabar, "c-2")["location"]["latitude"] == -6.9147

    def test_it_waits_ten_minutes_from_receipt(self, jabar):
        send(jabar, sms())
        row = WaitingPlace.objects.get()
        row.received_at -= timedelta(minutes=10, seconds=1)
        row.save()

        deliver(jabar, offered("c-1"))

        assert shown(jabar)["location"] is None

    def test_a_message_that_comes_twice_waits_once(self, jabar):
        send(jabar, sms())
        send(jabar, sms())

        deliver(jabar, offered("c-1"))

        assert kinds() == ["call.offered", "call.located"]

    def test_after_it_was_taken_the_same_message_is_a_duplicate(self, jabar):
        send(jabar, sms())
        deliver(jabar, offered("c-1"))

        assert send(jabar, sms()).json()["call"] == "c-1"
        assert kinds() == ["call.offered", "call.located"]

    def test_a_place_that_its_call_has_already_stops_no_later_offer(self, jabar):
        send(jabar, sms())
        waiting = WaitingPlace.objects.get()
        deliver(jabar, offered("c-1"))
        waiting.pk = None
        waiting.save()

        deliver(jabar, offered("c-1", after=60))

        assert kinds() == ["call.offered", "call.located", "call.offered"]

    def test_the_sweep_finds_the_call_that_came_in_the_same_moment(self, jabar):
        send(jabar, sms())
        row = WaitingPlace.objects.get()
        WaitingPlace.objects.all().delete()
        deliver(jabar, offered("c-1"))
        row.pk = None
        row.save()

        sweep_waiting_places()

        assert shown(jabar)["location"]["latitude"] == -6.9147
        assert not WaitingPlace.objects.exists()

    def test_the_sweep_forgets_what_waited_too_long(self, jabar):
        send(jabar, sms())

        with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
            sweep_waiting_places()

        assert not WaitingPlace.objects.exists()

    def test_another_regions_call_does_not_take_it(self, jabar, diy):
        send(jabar, sms())

        deliver(diy, offered("c-1"))

        with tenant_context(diy):
            assert Call.objects.get().location is None
        with tenant_context(jabar):
            assert WaitingPlace.objects.count() == 1


class TestRefused:
    @pytest.mark.parametrize(
        ("body", "kind", "query", "status"),
        [
            (b"", SMS, QUERY, 400),
            (b"\xff", SMS, QUERY, 400),
            (b"<presence", PIDF, QUERY, 400),
            (b"hello", SMS, QUERY, 422),
            (b"<a/>", PIDF, QUERY, 422),
            (b"", FORM, QUERY, 400),
            (sms(), SMS, "", 422),
            (sms(), SMS, "?caller=nobody", 422),
            (sms(), SMS, "?call=", 422),
            (sms(), SMS, "?call=a%00b", 422),
            (sms(), SMS, "?call=" + "x" * 129, 422),
            (b"x" * 5000, SMS, QUERY, 413),
            (b"{}", "application/json", QUERY, 415),
            (b"x", "multipart/form-data; boundary=x", QUERY, 415),
            (b"x", "", QUERY, 415),
        ],
    )
    def test_what_is_no_place_is_a_problem(self, jabar, body, kind, query, status):
        reply = send(jabar, body, kind, query)

        assert (reply.status_code, reply["Content-Type"]) == (status, "application/problem+json")
        assert not WaitingPlace.objects.exists()

    def test_a_media_type_may_have_parameters(self, jabar):
        assert send(jabar, sms(), "text/plain; charset=utf-8").status_code == 202

    def test_a_refusal_names_the_field(self, jabar):
        reply = send(jabar, sms(latitude=99))

        assert [each["pointer"] for each in reply.json()["errors"]] == ["#/lt"]

    def test_an_agent_may_not_send_places(self, jabar):
        client = client_of(jabar, AgentFactory())

        assert client.generic("POST", PATH + QUERY, sms(), SMS).status_code == 403

    def test_reading_is_405(self, jabar):
        assert switch_of(jabar).get(PATH).status_code == 405


class TestJurisdiction:
    def test_a_place_tells_its_polres_and_how_far_that_is(self, jabar):
        deliver(jabar, offered("c-1"))

        send(jabar, sms())

        judged = shown(jabar)["jurisdiction"]
        assert judged["region"] == "jabar"
        assert judged["unit"]["code"] == "32.73"
        assert judged["unit"]["name"] == Unit.objects.get(code="32.73").name
        assert 0 < judged["unit"]["distance_m"] < 10_000

    def test_the_regions_own_entry_of_its_polres_counts(self, jabar):
        latitude, longitude = BANDUNG
        Unit.objects.filter(code="32.73").update(
            name="Polrestabes Bandung Kota", latitude=latitude, longitude=longitude
        )
        deliver(jabar, offered("c-1"))

        send(jabar, sms())

        unit = {"code": "32.73", "name": "Polrestabes Bandung Kota", "distance_m": 0}
        assert shown(jabar)["jurisdiction"]["unit"] == unit

    def test_a_place_of_another_region_names_it(self, jabar):
        deliver(jabar, offered("c-1"))

        send(jabar, sms(*SLEMAN))

        judged = shown(jabar)["jurisdiction"]
        assert (judged["region"], judged["unit"]["code"]) == ("diy", "34.04")

    def test_a_switchs_own_location_is_judged_too(self, jabar):
        latitude, longitude = BANDUNG
        located = call_event(
            "call.located", "c-1", after=1, latitude=latitude, longitude=longitude, method="cell"
        )

        deliver(jabar, offered("c-1"), located)

        assert shown(jabar)["jurisdiction"]["unit"]["code"] == "32.73"

    def test_a_change_of_what_regions_cover_counts_for_the_next_place(self, jabar):
        moved = ["34.04"]
        diy = Region.objects.get(slug="diy")
        kept = [code for code in diy.covers if code not in moved]
        Region.objects.filter(slug="diy").update(covers=kept)
        Region.objects.filter(slug="jabar").update(covers=[*jabar.covers, *moved])
        deliver(jabar, offered("c-1"))

        send(jabar, sms(*SLEMAN))

        assert shown(jabar)["jurisdiction"]["region"] == "jabar"

    def test_events_without_a_place_ask_nothing_about_it(self, jabar):
        from django.test.utils import CaptureQueriesContext

        deliver(jabar, offered("c-1"))
        send(jabar, sms())

        with CaptureQueriesContext(connection) as captured:
            deliver(jabar, call_event("call.ended", "c-1", after=60, reason="completed"))

        assert not [each for each in captured if "covers" in each["sql"] and "polda" in each["sql"]]
        assert shown(jabar)["jurisdiction"]["region"] == "jabar"


class TestNational:
    def test_a_call_goes_to_the_polda_whose_polygon_holds_its_place(self, nasional):
        latitude, longitude = SLEMAN
        located = call_event(
            "call.located", "c-1", after=1, latitude=latitude, longitude=longitude, method="aml"
        )

        reply = switch_of(nasional).deliver([offered("c-1", trunk="jabar"), located])

        assert reply.json()["regions"] == {"c-1": "diy"}

    def test_the_newest_place_of_the_first_delivery_decides(self, nasional):
        places = [
            call_event("call.located", "c-1", after=n, latitude=a, longitude=b, method="aml")
            for n, (a, b) in enumerate([BANDUNG, SLEMAN])
        ]

        reply = switch_of(nasional).deliver([offered("c-1"), *reversed(places)])

        assert reply.json()["regions"] == {"c-1": "diy"}

    def test_a_place_abroad_leaves_it_to_the_trunk(self, nasional):
        located = call_event("call.located", "c-1", latitude=48.8, longitude=2.3, method="aml")

        reply = switch_of(nasional).deliver([offered("c-1", trunk="jabar"), located])

        assert reply.json()["regions"] == {"c-1": "jabar"}

    def test_what_comes_later_does_not_move_the_call(self, nasional):
        switch = switch_of(nasional)
        switch.deliver(offered("c-1", trunk="jabar"))
        latitude, longitude = SLEMAN

        reply = switch.deliver(
            call_event("call.located", "c-1", latitude=latitude, longitude=longitude, method="aml")
        )

        assert reply.json()["regions"] == {"c-1": "jabar"}

    @pytest.mark.parametrize("query", [QUERY, "?call=c-1"])
    def test_a_place_goes_to_the_region_that_has_the_call(self, nasional, diy, query):
        switch_of(nasional).deliver(offered("c-1", trunk="diy"))

        reply = send(nasional, sms(*SLEMAN), query=query)

        assert (reply.status_code, reply.json()) == (202, {"call": "c-1", "region": "diy"})
        with tenant_context(diy):
            assert Call.objects.get().location["latitude"] == SLEMAN[0]

    def test_a_call_that_came_to_its_region_directly_is_found_too(self, nasional, diy):
        deliver(diy, offered("c-1"))

        assert send(nasional, sms()).json() == {"call": "c-1", "region": "diy"}

    def test_a_place_before_its_call_goes_along_to_wherever_the_call_does(self, nasional, diy):
        waiting = send(nasional, sms(*SLEMAN))

        switch_of(nasional).deliver(offered("c-1", trunk="diy"))

        assert waiting.json() == {"call": None, "region": None}
        with tenant_context(diy):
            assert Call.objects.get().location["latitude"] == SLEMAN[0]
            assert kinds() == ["call.offered", "call.located"]
        for slug in ("diy", "jabar", "metrojaya"):
            with tenant_context(Region.objects.get(slug=slug)):
                assert not WaitingPlace.objects.exists()

    def test_a_place_before_its_call_reaches_the_fallback_region_too(self, nasional):
        send(nasional, sms())

        switch_of(nasional).deliver(offered("c-1"))

        with tenant_context(Region.objects.get(slug="metrojaya")):
            assert Call.objects.get().location["latitude"] == -6.9147

    def test_the_sweep_sends_a_place_on_to_a_call_that_came_directly(self, nasional, diy):
        send(nasional, sms())
        deliver(diy, offered("c-1"))

        with tenant_context(Region.objects.get(slug="metrojaya")):
            sweep_waiting_places()
            assert not WaitingPlace.objects.exists()

        with tenant_context(diy):
            assert Call.objects.get().location["latitude"] == -6.9147

    def test_the_same_message_again_gives_no_second_alert(self, nasional, diy):
        switch_of(nasional).deliver(offered("c-1", trunk="diy"))
        send(nasional, sms())

        reply = send(nasional, sms())

        assert reply.json() == {"call": "c-1", "region": "diy"}
        with tenant_context(diy):
            assert kinds() == ["call.offered", "call.located"]

    def test_without_a_fallback_there_is_nowhere_to_wait(self, nasional):
        Region.objects.update(is_fallback=False)

        assert send(nasional, sms()).status_code == 503

    def test_no_number_is_in_the_public_schema(self, nasional):
        send(nasional, sms())
        switch_of(nasional).deliver(offered("c-1", trunk="diy"))

        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM information_schema.tables"
                " WHERE table_schema = 'public' AND table_name LIKE '%place%'"
            )
            assert cursor.fetchone() == (0,)

    def test_the_key_of_a_polda_opens_nothing_at_headquarters(self, nasional, jabar):
        foreign = switch_of(jabar)
        foreign.defaults["SERVER_NAME"] = "nasional.localhost"

        assert foreign.generic("POST", PATH + QUERY, sms(), SMS).status_code == 401
