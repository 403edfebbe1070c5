"""The desk as pages: what they show, save and refuse, with and without JavaScript."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from interactions.models import Interaction, Outcome
from interactions.services.claim import claim_call
from tests.factories import AgentFactory, CallFactory, InteractionFactory, ItHeadFactory
from tests.portal.browsers import PART, browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(jabar):
    return AgentFactory()


@pytest.fixture
def browser(jabar, agent):
    return browser_of(jabar, agent)


@pytest.fixture
def record(agent):
    return claim_call(call_id=CallFactory().id, agent=agent)


def page(interaction, act=""):
    return f"/desk/interactions/{interaction.id}/{act}{'/' if act else ''}"


def kept(interaction):
    return Interaction.objects.get(pk=interaction.pk)


class TestQueue:
    def test_it_shows_who_waits(self, browser):
        CallFactory(caller="+6285711120033")

        assert "+62 857-1112-0033" in browser.get("/desk/").text

    def test_a_call_for_all_is_offered(self, browser):
        call = CallFactory()

        offer = browser.get("/desk/queue/").text.split('id="queue"')[0]

        assert f"/desk/calls/{call.id}/claim/" in offer

    def test_a_call_that_rings_elsewhere_is_not_offered(self, browser):
        call = CallFactory(offered_to="somebody")

        offer = browser.get("/desk/queue/").text.split('id="queue"')[0]

        assert f"/desk/calls/{call.id}/claim/" not in offer

    @pytest.mark.parametrize("calls", [1, 30])
    def test_the_queries_do_not_grow_with_the_calls(
        self, browser, calls, django_assert_max_num_queries
    ):
        CallFactory.create_batch(calls)
        browser.get("/desk/queue/")

        with django_assert_max_num_queries(11):
            browser.get("/desk/queue/")

    def test_the_page_says_after_which_alert_it_stands(self, browser, record):
        assert 'data-after="1"' in re.sub(r"\s+", " ", browser.get("/desk/").text)


class TestClaim:
    def test_without_script_it_leads_to_the_record(self, browser):
        call = CallFactory()

        answer = browser.post(f"/desk/calls/{call.id}/claim/")

        assert answer.status_code == 302
        assert answer.url == page(call.interaction)

    def test_with_script_it_answers_the_record_alone(self, browser):
        call = CallFactory()

        answer = browser.post(f"/desk/calls/{call.id}/claim/", headers=PART)

        assert call.interaction.number in answer.text
        assert "<html" not in answer.text

    def test_the_second_agent_reads_who_was_first(self, jabar, browser):
        call = CallFactory()
        claim_call(call_id=call.id, agent=AgentFactory(username="budi"))

        answer = browser.post(f"/desk/calls/{call.id}/claim/", headers=PART)

        assert answer.status_code == 409
        assert "budi took this call first" in answer.text

    def test_the_callers_earlier_calls_are_shown_after_it_only(self, browser):
        earlier = InteractionFactory(caller="+6281200000001")
        call = CallFactory()

        before = browser.get("/desk/").text
        after = browser.post(f"/desk/calls/{call.id}/claim/", headers=PART).text

        assert (earlier.number in before, earlier.number in after) == (False, True)


class TestRecord:
    def test_what_is_written_is_kept(self, browser, record):
        browser.post(page(record, "write"), {"version": 1, "detail": "Dua kelompok"})

        assert kept(record).detail == "Dua kelompok"

    def test_a_save_answers_the_next_version(self, browser, record):
        answer = browser.post(
            page(record, "write"), {"version": 1, "summary": "Tawuran"}, headers=PART
        )

        assert (answer.status_code, answer["ETag"]) == (200, '"2"')

    def test_what_is_not_sent_is_not_emptied(self, browser, record):
        browser.post(page(record, "write"), {"version": 1, "summary": "Tawuran"})
        browser.post(page(record, "write"), {"version": 2, "detail": "Dua kelompok"})

        assert kept(record).summary == "Tawuran"

    def test_a_stale_save_overwrites_nothing(self, browser, record):
        browser.post(page(record, "write"), {"version": 1, "detail": "mine"})

        answer = browser.post(page(record, "write"), {"version": 1, "detail": "old"}, headers=PART)

        assert answer.status_code == 412
        assert kept(record).detail == "mine"

    def test_a_category_brings_its_service_and_priority(self, browser, record):
        browser.post(page(record, "write"), {"version": 1, "category": "L08"})

        saved = kept(record)
        assert (saved.service, saved.category_id, saved.priority) == ("pelaporan", "L08", 1)

    def test_a_chosen_priority_wins(self, browser, record):
        browser.post(page(record, "write"), {"version": 1, "category": "L08", "priority": 3})

        assert kept(record).priority == 3

    def test_a_category_of_another_service_is_refused_with_the_form(self, browser, record):
        fields = {"version": 1, "service": "informasi", "category": "L08", "detail": "typed"}

        answer = browser.post(page(record, "write"), fields, headers=PART)

        assert answer.status_code == 422
        assert "This category is for: Report." in answer.text
        assert "typed" in answer.text


class TestClosing:
    def test_it_needs_an_outcome(self, browser, record):
        answer = browser.post(page(record, "close"), {"version": 1, "category": "L08"})

        assert answer.status_code == 422
        assert "Say how it ended." in answer.text

    def test_it_needs_a_class(self, browser, record):
        answer = browser.post(page(record, "close"), {"version": 1, "outcome": "answered"})

        assert answer.status_code == 422
        assert "Choose service and category before closing" in answer.text

    def test_it_saves_what_was_typed_last(self, browser, record):
        fields = {"version": 1, "category": "I01", "detail": "last", "outcome": "answered"}

        browser.post(page(record, "close"), fields)

        saved = kept(record)
        assert (saved.detail, saved.outcome) == ("last", Outcome.ANSWERED)

    def test_a_nuisance_is_one_click(self, browser, record):
        browser.post(page(record, "close"), {"version": 1, "nuisance": "prank"})

        assert kept(record).outcome == Outcome.PRANK

    def test_it_can_be_undone(self, browser, record):
        browser.post(page(record, "close"), {"version": 1, "nuisance": "silent"})

        answer = browser.post(page(record, "reopen"), headers=PART)

        assert answer.status_code == 200
        assert kept(record).state == "open"

    def test_after_ten_seconds_it_needs_a_reason(self, browser, agent):
        closed_at = timezone.now() - timedelta(seconds=11)
        closed = InteractionFactory(
            agent=agent, state="closed", outcome="test", closed_at=closed_at
        )

        answer = browser.post(page(closed, "reopen"), headers=PART)

        assert answer.status_code == 422
        assert kept(closed).state == "closed"


class TestDoors:
    def test_nobody_is_sent_to_the_sign_in_page(self, jabar):
        from tests.clients import client_of

        answer = client_of(jabar).get("/desk/")

        assert (answer.status_code, answer.url) == (302, "/sign-in/?next=/desk/")

    def test_a_part_for_nobody_sends_the_whole_page_there(self, jabar):
        from tests.clients import client_of

        answer = client_of(jabar).get("/sign-in/?next=/desk/queue/", headers=PART)

        assert answer["HX-Redirect"].startswith("/sign-in/")

    def test_the_it_head_is_refused(self, jabar):
        answer = browser_of(jabar, ItHeadFactory()).get("/desk/")

        assert answer.status_code == 403
        assert "Your role may not do this" in answer.text

    def test_a_record_of_another_region_is_not_here(self, jabar, diy, record):
        from regions.context import run_in_region

        stranger = run_in_region("diy", AgentFactory)
        elsewhere = run_in_region("diy", browser_of, diy, stranger)

        assert elsewhere.get(page(record)).status_code == 404

    def test_a_page_with_a_citizens_data_is_not_stored(self, browser, record):
        assert browser.get(page(record))["Cache-Control"] == "no-store"
