import json
import logging
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from uuid import uuid4

import pytest

from complaints.dumas.adapter import (
    Attachment,
    Complainant,
    DumasStatus,
    Receipt,
    Refused,
    Report,
    Unavailable,
)
from complaints.dumas.http import HttpDumas
from tests.complaints.dumas_process import (
    KEY,
    WIRE,
    Answers,
    SandboxProcess,
    answer,
    eventually,
)

REPORT = Report(
    reference="JBR-2026-000042",
    region="jabar",
    category="P13",
    summary="Petugas tidak datang",
    detail="Menunggu dua jam.",
    occurred_at=datetime(2026, 11, 3, 2, 15, tzinfo=UTC),
    complainant=Complainant(name="Siti Contoh", phone="+6281200000001"),
)
RECEIPT = answer(201, b'{"number": "DP-1", "status": "proses"}')


def submit_to(*answers, timeout=timedelta(seconds=5), **options):
    with Answers(*answers, **options) as server:
        return HttpDumas(server.url, timeout).submit(REPORT, key=KEY)


def test_a_report_brings_a_receipt(tmp_path):
    with SandboxProcess(tmp_path / "dumas.sqlite") as dumas:
        receipt = HttpDumas(dumas.url).submit(REPORT, key=KEY)

        assert dumas.reports() == [(str(KEY), receipt.number)]
        assert receipt.status is DumasStatus.PROSES


def test_the_wire_is_the_contracts():
    with Answers(RECEIPT) as server:
        HttpDumas(server.url + "/").submit(REPORT, key=KEY)

        head, body = server.received.get(timeout=5).split(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/reports HTTP/1.1\r\n")
    assert f"Idempotency-Key: {KEY}".encode() in head
    assert json.loads(body) == WIRE


def test_an_anonymous_report_names_nobody():
    report = Report(reference="R", region="jabar", category="P13", summary="S", detail="")

    assert report.wire()["complainant"] is None
    assert report.wire()["occurred_at"] is None


def test_a_report_is_read_back_from_its_wire():
    report = Report(
        **{name: getattr(REPORT, name) for name in REPORT.__slots__ if name != "attachments"},
        attachments=(Attachment("foto.jpg", "image/jpeg", 12, "00" * 32),),
    )

    assert Report.from_wire(json.loads(json.dumps(report.wire()))) == report


def test_a_report_is_fetched_by_its_number(tmp_path):
    with SandboxProcess(tmp_path / "dumas.sqlite") as dumas:
        adapter = HttpDumas(dumas.url)
        receipt = adapter.submit(REPORT, key=KEY)
        dumas.decide(receipt.number, "selesai_benar")

        fetched = adapter.fetch(receipt.number)

    assert fetched == Receipt(receipt.number, DumasStatus.SELESAI_BENAR)


@pytest.mark.parametrize("number", ["DP-NONE", "../../etc", "a?b#c"])
def test_an_unknown_number_fetches_nothing(tmp_path, number):
    with SandboxProcess(tmp_path / "dumas.sqlite") as dumas:
        assert HttpDumas(dumas.url).fetch(number) is None


def test_reports_are_found_by_reference(tmp_path):
    with SandboxProcess(tmp_path / "dumas.sqlite") as dumas:
        adapter = HttpDumas(dumas.url)
        receipts = tuple(adapter.submit(REPORT, key=uuid4()) for _ in range(2))

        assert adapter.find(REPORT.reference, region="jabar") == receipts
        assert adapter.find(REPORT.reference, region="diy") == ()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 422])
def test_a_final_answer_is_refused(status):
    with pytest.raises(Refused) as refusal:
        submit_to(answer(status, b'{"detail": "Kategori tidak dikenal."}'))

    assert refusal.value.status == status
    assert refusal.value.detail == "Kategori tidak dikenal."


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504])
def test_an_answer_that_may_change_is_tried_again(status):
    with pytest.raises(Unavailable) as failure:
        submit_to(answer(status, Retry_After="7"))

    assert failure.value.detail == f"answered {status}"
    assert failure.value.retry_after == timedelta(seconds=7)


def test_retry_after_may_be_a_date():
    at = datetime.now(UTC) + timedelta(seconds=90)

    with pytest.raises(Unavailable) as failure:
        submit_to(answer(503, Retry_After=format_datetime(at, usegmt=True)))

    assert timedelta(seconds=60) < failure.value.retry_after <= timedelta(seconds=90)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", timedelta(0)),
        ("9" * 40, timedelta(seconds=10**8)),
    ],
)
def test_an_odd_retry_after_does_no_harm(value, read):
    with pytest.raises(Unavailable) as failure:
        submit_to(answer(503, Retry_After=value))

    assert failure.value.retry_after == read


def test_a_redirect_is_not_followed():
    with Answers(RECEIPT) as elsewhere:
        with pytest.raises(Unavailable, match="answered 307"):
            submit_to(answer(307, Location=elsewhere.url))

        assert elsewhere.received.empty()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 100_000,
        b'{"number": "DP-1"}',
        b'{"number": 1, "status": "proses"}',
        b'{"number": "", "status": "proses"}',
        b'{"number": "DP-1", "status": "unheard"}',
        b'{"number": "DP-1\\u0000", "status": "proses"}',
    ],
    ids=lambda body: repr(body[:40]),
)
def test_a_success_without_a_receipt_is_tried_again(body):
    with pytest.raises(Unavailable):
        submit_to(answer(200, body))


def test_an_answer_over_a_megabyte_is_cut_off():
    with pytest.raises(Unavailable, match="larger than 1000000 bytes"):
        submit_to(answer(200, b" " * 3_000_000))


def test_a_connection_that_is_cut_is_tried_again():
    with pytest.raises(Unavailable, match="no connection or no answer"):
        submit_to(b"HTTP/1.1 20")


def test_nobody_listening_is_tried_again():
    with Answers() as server:
        url = server.url

    with pytest.raises(Unavailable, match="ConnectError"):
        HttpDumas(url).submit(REPORT, key=KEY)


def test_a_hang_ends_at_the_limit(tmp_path):
    with SandboxProcess(tmp_path / "dumas.sqlite", hang_rate=1) as dumas:
        started = time.monotonic()

        with pytest.raises(Unavailable, match=r"no answer within 0\.5 s"):
            HttpDumas(dumas.url, timedelta(seconds=0.5)).submit(REPORT, key=KEY)

        assert time.monotonic() - started < 2


def test_a_server_that_dribbles_ends_at_the_limit():
    started = time.monotonic()

    with pytest.raises(Unavailable, match=r"no answer within 0\.5 s"):
        submit_to(RECEIPT, timeout=timedelta(seconds=0.5), pause_seconds=0.05)

    assert time.monotonic() - started < 2


def test_a_dropped_reply_and_a_retry_are_one_report(tmp_path):
    with SandboxProcess(tmp_path / "dumas.sqlite", drop_reply_rate=1) as dumas:
        with pytest.raises(Unavailable):
            HttpDumas(dumas.url).submit(REPORT, key=KEY)
        dumas.terminate()
        dumas.start(drop_reply_rate=0)

        receipt = HttpDumas(dumas.url).submit(REPORT, key=KEY)

        assert dumas.reports() == [(str(KEY), receipt.number)]


def test_a_bad_line_with_kills_delivers_each_report_once(tmp_path):
    keys = [uuid4() for _ in range(100)]
    rates = {"fail_rate": 0.3, "drop_reply_rate": 0.2, "latency_ms": 20}
    with SandboxProcess(tmp_path / "dumas.sqlite", **rates) as dumas:
        adapter = HttpDumas(dumas.url)

        def deliver(key):
            return eventually(lambda: attempt(adapter, key), seconds=60)

        with ThreadPoolExecutor(8) as pool:
            receipts = [pool.submit(deliver, key) for key in keys]
            for delivered in (20, 50):
                eventually(lambda n=delivered: sum(r.done() for r in receipts) >= n, seconds=60)
                dumas.kill()
                dumas.start()
            numbers = {
                str(key): receipt.result().number
                for key, receipt in zip(keys, receipts, strict=True)
            }

        assert dict(dumas.reports()) == numbers
        assert len(dumas.reports()) == 100


def attempt(adapter, key):
    try:
        return adapter.submit(REPORT, key=key)
    except Unavailable:
        return None


@pytest.mark.parametrize(
    "reply", [answer(422, b'{"detail": "Siti Contoh +6281200000001"}'), answer(500), b"HTTP/1.1 2"]
)
def test_what_went_wrong_tells_nothing_of_a_citizen(caplog, reply):
    caplog.set_level(logging.DEBUG)

    with pytest.raises((Refused, Unavailable)) as failure:
        submit_to(reply)

    said = "".join(traceback.format_exception(failure.value)) + caplog.text + repr(REPORT)
    for citizens in ("Siti", "6281200000001", "Menunggu", "Petugas"):
        assert citizens not in said


@pytest.mark.parametrize(
    "url", ["", "dumas", "ftp://dumas/", "file:///etc/passwd", "http://u:p@dumas/", "http://d/?a=b"]
)
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(ValueError, match="address"):
        HttpDumas(url)
