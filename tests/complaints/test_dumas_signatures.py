from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from complaints.dumas.signatures import BadSignature, check_secret, new_secret, sign, verify

OLD, NEW = new_secret(), new_secret()
NOW = datetime(2026, 11, 3, 2, 15, 30, 250_000, tzinfo=UTC)
BODY = b'{"number": "DP-1"}'


def signed(secret=NEW, at=NOW, webhook_id="msg_1", body=BODY):
    return sign(webhook_id=webhook_id, body=body, secret=secret, at=at)


def reason_of(headers, body=BODY, secrets=(NEW,), now=NOW):
    with pytest.raises(BadSignature) as bad:
        verify(headers, body, secrets=secrets, now=now)
    return bad.value.reason


@given(
    st.text(max_size=200),
    st.integers(10**9, 10**11 - 1).map(lambda n: datetime.fromtimestamp(n, UTC)),
)
def test_what_is_signed_is_verified(text, at):
    headers = signed(at=at, body=text.encode())

    assert verify(headers, text.encode(), secrets=[NEW], now=at) == "msg_1"


def test_the_standards_own_library_verifies_what_is_signed():
    headers = signed(at=datetime.now(UTC))

    assert Webhook(NEW).verify(BODY, headers) == {"number": "DP-1"}


def test_the_signers_zone_does_not_matter():
    jakarta = timezone(timedelta(hours=7))

    assert signed(at=NOW.astimezone(jakarta)) == signed()


def test_header_names_have_no_case():
    headers = {name.upper(): value for name, value in signed().items()}

    assert verify(headers, BODY, secrets=[NEW], now=NOW) == "msg_1"


@pytest.mark.parametrize("secret", [OLD, NEW], ids=["old", "new"])
def test_the_old_and_the_new_secret_count_during_a_change(secret):
    assert verify(signed(secret), BODY, secrets=[NEW, OLD], now=NOW) == "msg_1"


def test_one_of_several_signatures_is_enough():
    headers = signed()
    both = f"v1a,zzzz nonsense {signed(OLD)['webhook-signature']} {headers['webhook-signature']}"

    assert verify(headers | {"webhook-signature": both}, BODY, secrets=[NEW], now=NOW) == "msg_1"


def test_a_secret_that_was_withdrawn_is_refused():
    assert reason_of(signed(OLD)) == "no signature fits"


def test_without_a_secret_nothing_is_accepted():
    assert reason_of(signed(), secrets=()) == "no signature fits"


@given(st.binary(max_size=100))
def test_another_body_is_refused(body):
    if body == BODY:
        return

    assert reason_of(signed(), body) in {"no signature fits", "the body is not UTF-8"}


def test_another_id_is_refused():
    assert reason_of(signed() | {"webhook-id": "msg_2"}) == "no signature fits"


def test_another_time_is_refused():
    later = str(int(NOW.timestamp()) + 1)

    assert reason_of(signed() | {"webhook-timestamp": later}) == "no signature fits"


@pytest.mark.parametrize("away", [timedelta(minutes=-5), timedelta(minutes=5)])
def test_five_minutes_are_tolerated(away):
    now = NOW.replace(microsecond=0)

    assert verify(signed(at=now + away), BODY, secrets=[NEW], now=now) == "msg_1"


@pytest.mark.parametrize(("away", "reason"), [(-301, "too old"), (301, "too new")])
def test_more_than_five_minutes_are_refused(away, reason):
    now = NOW.replace(microsecond=0)

    assert reason_of(signed(at=now + timedelta(seconds=away)), now=now) == reason


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_named(name):
    headers = signed()
    del headers[name]

    assert reason_of(headers) == f"header {name} is missing"


@pytest.mark.parametrize("value", ["", "x", "NaN", "1e9", "-1", "17.5", "٣", "9" * 30])
def test_a_time_that_is_none_is_refused(value):
    reason = reason_of(signed() | {"webhook-timestamp": value})

    assert reason == "header webhook-timestamp is unreadable"


@pytest.mark.parametrize("value", ["", "a.b", "x" * 129, "a b", "é"])
def test_an_id_that_is_none_is_refused(value):
    assert reason_of(signed() | {"webhook-id": value}) == "header webhook-id is unreadable"


@given(st.text(max_size=60))
def test_a_signature_of_any_text_is_refused(text):
    assert reason_of(signed() | {"webhook-signature": text}) == "no signature fits"


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_???", "c2hvcnQ=" * 6])
def test_a_weak_secret_is_refused_without_telling_it(secret):
    with pytest.raises(ValueError, match="must be whsec_") as refusal:
        check_secret(secret)

    assert not secret or secret == "whsec_" or secret not in str(refusal.value)
