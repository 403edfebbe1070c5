"""Dumas Presisi by the contract's HTTP interface."""

import asyncio
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from urllib.parse import quote
from uuid import UUID

import httpx

from complaints.dumas.adapter import (
    Receipt,
    Refused,
    Report,
    Unavailable,
    is_final,
    read_receipt,
)

TIMEOUT = timedelta(seconds=10)
LARGEST_ANSWER_BYTES = 1_000_000
LONGEST_DETAIL = 500


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    content: bytes
    retry_after: timedelta | None


class HttpDumas:
    """The contract's `/v1/reports` at `url`.

    A request takes `timeout` at most, from the name's look-up to the answer's last byte. Redirects,
    proxies of the environment and answers over 1 MB are refused. Every call opens a connection of
    its own, so an object may be shared by threads and survives a fork. It runs an event loop of its
    own and so cannot be called on one. Nothing is logged here.

    Raises:
        ValueError: `url` is not a plain http or https address.
    """

    def __init__(self, url: str, timeout: timedelta = TIMEOUT) -> None:
        parts = httpx.URL(url)
        if parts.scheme not in {"http", "https"} or not parts.host:
            raise ValueError("not an http or https address")
        if parts.userinfo or parts.query or parts.fragment:
            raise ValueError("an address without user, query or fragment is needed")
        self._reports = f"{url.rstrip('/')}/v1/reports"
        self._timeout = timeout

    def submit(self, report: Report, *, key: UUID) -> Receipt:
        """Post the report; 201 and 200 alike bring its receipt."""
        answer = self._ask(
            "POST",
            self._reports,
            content=json.dumps(report.wire(), allow_nan=False).encode(),
            headers={"Idempotency-Key": str(key), "Content-Type": "application/json"},
        )
        return _receipt(_readable(answer))

    def fetch(self, number: str) -> Receipt | None:
        """Get one report by Dumas's number."""
        answer = self._ask("GET", f"{self._reports}/{quote(number, safe='')}")
        return None if answer.status == httpx.codes.NOT_FOUND else _receipt(_readable(answer))

    def find(self, reference: str, *, region: str) -> tuple[Receipt, ...]:
        """Get the reports with our number, oldest first."""
        query = {"reference": reference, "region": region}
        answer = self._ask("GET", f"{self._reports}?{httpx.QueryParams(query)}")
        reports = _readable(answer).get("reports")
        if not isinstance(reports, list):
            raise Unavailable("the answer holds no list of reports")
        return tuple(_receipt(report) for report in reports)

    def _ask(
        self, method: str, url: str, *, content: bytes = b"", headers: dict[str, str] | None = None
    ) -> _Answer:
        # No compression: a few kilobytes could unpack to more than the limit in one piece.
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"} | (headers or {})
        request = httpx.Request(method, url, content=content, headers=headers)
        try:
            return asyncio.run(self._exchange(request))
        except (TimeoutError, httpx.TimeoutException):
            seconds = self._timeout.total_seconds()
            raise Unavailable(f"no answer within {seconds:g} s") from None
        except httpx.TransportError as error:
            # The name of the failure only: its message may hold the address with its query.
            raise Unavailable(f"no connection or no answer ({type(error).__name__})") from None

    async def _exchange(self, request: httpx.Request) -> _Answer:
        # httpx limits each read, so a server that dribbles would hold us for ever: limit the whole.
        seconds = self._timeout.total_seconds()
        async with (
            asyncio.timeout(seconds),
            httpx.AsyncClient(
                verify=_tls(), trust_env=False, follow_redirects=False, timeout=seconds
            ) as client,
        ):
            answer = await client.send(request, stream=True)
            try:
                content = await _limited(answer)
            finally:
                await answer.aclose()
            return _Answer(answer.status_code, content, _retry_after(answer.headers))


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()  # reads some hundred certificates


async def _limited(answer: httpx.Response) -> bytes:
    content = bytearray()
    async for chunk in answer.aiter_raw():
        content += chunk
        if len(content) > LARGEST_ANSWER_BYTES:
            raise Unavailable(f"the answer is larger than {LARGEST_ANSWER_BYTES} bytes")
    return bytes(content)


def _readable(answer: _Answer) -> Mapping[str, object]:
    if is_final(answer.status):
        raise Refused(answer.status, _detail(answer.content))
    if answer.status not in {httpx.codes.OK, httpx.codes.CREATED}:
        raise Unavailable(f"answered {answer.status}", answer.retry_after)
    document = _json_object(answer.content)
    if document is None:
        raise Unavailable("the answer is no JSON object")
    return document


def _receipt(document: object) -> Receipt:
    if not isinstance(document, dict):
        raise Unavailable("the answer holds no receipt")
    try:
        return read_receipt(document)
    except ValueError:
        raise Unavailable("the answer holds no number with a known status") from None


def _json_object(content: bytes) -> dict[str, object] | None:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _detail(content: bytes) -> str:
    detail = (_json_object(content) or {}).get("detail")
    return detail[:LONGEST_DETAIL] if isinstance(detail, str) else ""


def _retry_after(headers: httpx.Headers) -> timedelta | None:
    """Read seconds or an HTTP date (RFC 9110, 10.2.3); what is neither does not count."""
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value[:9]), 10**8))
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    now = datetime.now(UTC)
    return max((at if at.tzinfo else at.replace(tzinfo=UTC)) - now, timedelta(0))
