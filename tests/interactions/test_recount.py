"""rebuild_rollups: finds what differs from the rows, and mends it."""

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from interactions.services.intake import read_delivery, record_events
from interactions.services.sum_rollups import sum_rollups
from regions.context import run_in_region
from regions.models import HourTotal
from tests.factories import call_event, offered


@pytest.fixture
def counted(committed):
    """A region with two calls whose figures are summed, and one whose are on their way."""

    def work(*events):
        record_events(read_delivery(list(events), pointers=["#"] * len(events)))

    answered = call_event("call.answered", "c-1", after=4, agent="ext-1")
    run_in_region("jabar", work, offered("c-1"), answered, offered("c-2"))
    run_in_region("jabar", sum_rollups)
    run_in_region("jabar", work, offered("c-3"))


def check(capsys):
    try:
        call_command("rebuild_rollups", check=True)
    except CommandError as error:
        return f"{capsys.readouterr().out}{error}"
    return ""


def test_figures_that_are_right_are_no_difference_even_while_deltas_wait(counted, capsys):
    assert check(capsys) == ""


def test_a_wrong_total_is_named_with_its_region_hour_and_difference(counted, capsys):
    HourTotal.objects.filter(figure="calls.offered").update(total=F("total") + 5)

    assert "jabar 2026-11-24T05Z calls.offered: -5" in check(capsys)


def test_mending_makes_it_right(counted, capsys):
    HourTotal.objects.filter(figure="calls.answered").delete()
    call_command("rebuild_rollups")
    run_in_region("jabar", sum_rollups)

    assert check(capsys) == ""
    assert HourTotal.objects.get(figure="calls.answered").total == 1


def test_an_unknown_region_is_named(counted):
    with pytest.raises(CommandError, match="atlantis"):
        call_command("rebuild_rollups", region="atlantis")
