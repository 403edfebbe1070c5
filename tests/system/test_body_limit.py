"""A body that is too large is answered 413, declared or chunked, before anything is kept."""

import pytest

from tests.clients import BATCH, EVENT

MIB = 1024 * 1024


def chunks(size):
    """A body that does not say how long it is."""
    for _ in range(size // 65536):
        yield b" " * 65536


@pytest.mark.parametrize("as_sent", [lambda size: b" " * size, chunks], ids=["declared", "chunked"])
@pytest.mark.parametrize(
    ("path", "kind", "size"),
    [
        ("/api/v1/calls/events", BATCH, 5 * MIB),
        ("/api/v1/calls/events", EVENT, 5 * MIB),
        ("/api/v1/interactions/", "application/json", 2 * MIB),
        ("/api/v1/complaints/", "application/json", 2 * MIB),
    ],
)
def test_a_body_over_the_limit_is_413(live_portal, path, kind, size, as_sent):
    account = "telephony" if path.endswith("events") else "agent1"
    with live_portal.client("jabar", account) as client:
        reply = client.post(path, content=as_sent(size), headers={"Content-Type": kind})

    assert (reply.status_code, reply.headers["content-type"]) == (413, "application/problem+json")


def test_a_batch_of_almost_4_mib_is_read(live_portal):
    with live_portal.client("jabar", "telephony") as switch:
        reply = switch.post(
            "/api/v1/calls/events",
            content=b" " * (4 * MIB - 2) + b"[]",
            headers={"Content-Type": BATCH},
        )

    assert reply.status_code == 422  # read: an empty batch


def test_a_compressed_body_is_415(live_portal):
    with live_portal.client("jabar", "telephony") as switch:
        reply = switch.post(
            "/api/v1/calls/events",
            content=b"x",
            headers={"Content-Type": EVENT, "Content-Encoding": "gzip"},
        )

    assert reply.status_code == 415


def test_a_page_is_answered_413_too(live_portal):
    with live_portal.client("jabar") as browser:
        reply = browser.post(
            "/sign-in/",
            content=b"x" * 2 * MIB,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )

    assert reply.status_code == 413
