"""The fold: any order and any number of deliveries of a call's events gives the same call."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from interactions.fold import Event, fold_call
from tests.factories import NOON

DATA = {
    "call.offered": st.fixed_dictionaries(
        {"caller": st.sampled_from([None, "+6281200000001"]), "dialled": st.just("110")},
        optional={"queue": st.sampled_from(["a", "b"]), "agent": st.sampled_from(["x", "y"])},
    ),
    "call.queued": st.fixed_dictionaries({"queue": st.sampled_from(["a", "b"])}),
    "call.answered": st.fixed_dictionaries({"agent": st.sampled_from(["x", "y"])}),
    "call.located": st.fixed_dictionaries(
        {"latitude": st.just(-6.9), "longitude": st.floats(100, 120), "method": st.just("cell")}
    ),
    "call.transferred": st.fixed_dictionaries({"to_agent": st.sampled_from(["x", "y"])}),
    "call.recorded": st.fixed_dictionaries({"uri": st.sampled_from(["r1", "r2"])}),
    "call.ended": st.fixed_dictionaries({"reason": st.sampled_from(["completed", "abandoned"])}),
}


@st.composite
def events(draw):
    kind = draw(st.sampled_from(sorted(DATA)))
    return Event(
        source=draw(st.sampled_from(["/a", "/b"])),
        id=draw(st.uuids()).hex,
        type=kind,
        # Few seconds, so that equal times are common and the order within one is tried too.
        time=NOON + timedelta(seconds=draw(st.integers(0, 3))),
        data=draw(DATA[kind]),
    )


@given(st.lists(events(), min_size=1, max_size=8), st.data())
def test_any_order_and_multiplicity_of_events_gives_the_same_call(some, data):
    repeated = some + data.draw(st.lists(st.sampled_from(some), max_size=6))

    assert fold_call(data.draw(st.permutations(repeated))) == fold_call(some)


@given(st.lists(events(), min_size=1, max_size=8))
def test_events_counts_the_distinct_ones(some):
    assert fold_call(some + some).events == len(some)


def folded(*kinds_at):
    return fold_call(
        Event("/s", f"{index}", kind, NOON + timedelta(seconds=at), data)
        for index, (kind, at, data) in enumerate(kinds_at)
    )


OFFERED = ("call.offered", 0, {"caller": "+6281200000001", "dialled": "110"})


def test_a_call_that_was_only_offered_is_offered():
    assert folded(OFFERED).state == "offered"


def test_a_queued_call_is_queued():
    assert folded(OFFERED, ("call.queued", 1, {"queue": "utama"})).state == "queued"


def test_an_end_that_arrives_before_its_offer_still_ends_the_call():
    ended = folded(("call.ended", 9, {"reason": "abandoned"}), OFFERED)

    assert (ended.state, ended.end_reason, ended.offered_at) == ("ended", "abandoned", NOON)


def test_the_first_answer_counts():
    call = folded(
        OFFERED, ("call.answered", 7, {"agent": "y"}), ("call.answered", 4, {"agent": "x"})
    )

    assert (call.agent, call.answered_at) == ("x", NOON + timedelta(seconds=4))


def test_the_newest_location_is_shown():
    here = {"latitude": -6.9, "longitude": 107.6, "method": "cell"}
    there = {"latitude": -6.8, "longitude": 107.5, "method": "gnss", "accuracy_m": 8}

    call = folded(("call.located", 5, there), ("call.located", 1, here), OFFERED)

    assert (call.location["latitude"], call.location["accuracy_m"]) == (-6.8, 8)


def test_a_transfer_after_the_answer_changes_the_agent():
    call = folded(
        OFFERED, ("call.answered", 4, {"agent": "x"}), ("call.transferred", 8, {"to_agent": "y"})
    )

    assert call.agent == "y"
