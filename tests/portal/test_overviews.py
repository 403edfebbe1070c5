"""Headquarters' summary and the IT head's overview."""

from datetime import UTC, datetime

import pytest

from portal.national_figures import national_page, since_of
from regions.context import run_in_region
from regions.models import HourTotal, Region
from regions.people.models import Scope
from regions.people.tokens import issue_token
from tests.factories import HqFactory, ItHeadFactory
from tests.portal.browsers import PART, browser_of

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


@pytest.fixture
def analyst(nasional):
    person = run_in_region("nasional", HqFactory)
    return run_in_region("nasional", browser_of, nasional, person)


def count(slug, figure, total, detail=""):
    HourTotal.objects.create(
        region=Region.objects.get(slug=slug), hour=NOON, figure=figure, detail=detail, total=total
    )


def row(order, slug="jabar"):
    name = Region.objects.get(slug=slug).name
    page = national_page(period="all", order=order, now=NOON)
    return next(each for each in page.regions if each.name == name)


def test_nothing_answered_is_a_dash_and_no_percentage(nasional):
    assert row("name").within_10 is None


def test_a_share_under_the_target_says_so(nasional):
    count("jabar", "calls.answered", 10)
    count("jabar", "calls.answered_within_10s", 8)

    assert (row("name").within_10, row("name").is_below_target) == (80, True)


@pytest.mark.parametrize(
    ("order", "figure"), [("offered", "calls.offered"), ("overdue", "complaints.overdue")]
)
def test_the_most_come_first_in_their_order(nasional, order, figure):
    count("diy", figure, 3)

    page = national_page(period="all", order=order, now=NOON)

    assert page.regions[0].name == Region.objects.get(slug="diy").name


def test_the_slowest_come_first_and_those_without_calls_last(nasional):
    count("diy", "calls.answered", 10)

    page = national_page(period="all", order="slow", now=NOON)

    assert page.regions[0].within_10 == 0


@pytest.mark.parametrize(
    ("period", "begins"),
    [
        ("today", datetime(2026, 11, 23, 17, tzinfo=UTC)),
        ("week", datetime(2026, 11, 17, 17, tzinfo=UTC)),
        ("month", datetime(2026, 10, 31, 17, tzinfo=UTC)),
        ("all", None),
    ],
)
def test_a_period_begins_at_midnight_in_jakarta(period, begins):
    assert since_of(period, now=NOON) == begins


def test_the_summary_shows_the_figures(analyst):
    count("jabar", "calls.offered", 1234)

    text = analyst.get("/national/?period=all").text

    assert "1,234" in text
    assert "aggregates only" in text


def test_the_refresh_is_the_figures_alone(analyst):
    answer = analyst.get("/national/?period=all", headers=PART)

    assert "<html" not in answer.text
    assert answer["Vary"].startswith("HX-Request")


def test_an_unknown_period_is_no_error(analyst):
    assert analyst.get("/national/?period=yesterday&order=x").status_code == 200


def test_the_it_head_sees_people_and_keys(jabar):
    browser = browser_of(jabar, ItHeadFactory(full_name="Rina Contoh"))
    issue_token(name="PABX Bandung", scopes=[Scope.TELEPHONY])

    text = browser.get("/administration/").text

    assert "Rina Contoh" in text
    assert "PABX Bandung" in text


def test_no_token_is_ever_shown_again(jabar):
    browser = browser_of(jabar, ItHeadFactory())
    token = issue_token(name="PABX", scopes=[Scope.TELEPHONY])

    assert token.split("_", 2)[2] not in browser.get("/administration/").text
