"""What the stand-in answers, from the request to the reply; no sockets here."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qs, unquote, urlsplit

from complaints.dumas.adapter import DumasStatus
from complaints.dumas.sandbox.callbacks import CallbackSender
from complaints.dumas.sandbox.store import Filed, Write

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_REGION = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_REPORT = re.compile(r"/v1/reports/(?P<number>[^/]+)")
_STATUS = re.compile(r"/v1/reports/(?P<number>[^/]+)/status")


@dataclass(frozen=True, slots=True)
class Request:
    """A request that could be read; `key` is the header, in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    key: str | None
    body: bytes

    @classmethod
    def read(cls, method: str, target: str, *, key: str | None, body: bytes) -> "Request":
        """Take the target apart; of a repeated parameter the first counts."""
        path, _, query = target.partition("?")
        values = parse_qs(query, keep_blank_values=True)
        return cls(
            method=method,
            path=urlsplit(f"//host{path}").path if path.startswith("/") else path,
            query={name: found[0] for name, found in values.items()},
            key=key.strip().lower() if key is not None else None,
            body=body,
        )

    @property
    def is_control(self) -> bool:
        """Whether it steers the stand-in, which never goes wrong on purpose."""
        return _STATUS.fullmatch(self.path) is not None


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply, and what the table `request` says of it."""

    outcome: str
    status: int
    payload: Mapping[str, object] = field(default_factory=dict)
    number: str | None = None


class _Refusal(Exception):
    def __init__(self, status: HTTPStatus, detail: str, *pointers: str) -> None:
        super().__init__(detail)
        self.answer = refusal(status, detail, *pointers)


def refusal(status: HTTPStatus, detail: str, *pointers: str) -> Answer:
    """A problem as of RFC 9457, naming each field that is wrong."""
    problem = {
        "type": "about:blank",
        "title": status.phrase,
        "status": int(status),
        "detail": detail,
        "errors": [{"pointer": f"#/{name}", "detail": "Missing or wrong."} for name in pointers],
    }
    return Answer(outcome="refused", status=status, payload=problem)


class Endpoints:
    """The interface of the contract, and the control beside it."""

    def __init__(self, sender: CallbackSender) -> None:
        self._sender = sender

    def answer(self, tx: Write, request: Request) -> Answer:
        """Do what is asked, in the caller's transaction."""
        try:
            if request.path == "/v1/reports":
                _allow(request, "GET", "POST")
                return (_find_reports if request.method == "GET" else _file_report)(tx, request)
            if match := _STATUS.fullmatch(request.path):
                _allow(request, "POST")
                return self._decide(tx, request, _report(tx, match["number"]))
            if match := _REPORT.fullmatch(request.path):
                _allow(request, "GET")
                report = _report(tx, match["number"])
                return Answer("read", HTTPStatus.OK, _public(report), report.number)
            raise _Refusal(HTTPStatus.NOT_FOUND, "There is nothing at this address.")
        except _Refusal as refused:
            return refused.answer

    def _decide(self, tx: Write, request: Request, report: Filed) -> Answer:
        wanted = _json_object(request.body)
        note = wanted.get("note")
        try:
            status = DumasStatus(str(wanted.get("status")))
        except ValueError:
            raise _unprocessable("status") from None
        if note is not None and not isinstance(note, str):
            raise _unprocessable("note")
        self._sender.decide(tx, report, status=status, note=note)
        payload = {"number": report.number, "status": status}
        return Answer("decided", HTTPStatus.OK, payload, report.number)


def _file_report(tx: Write, request: Request) -> Answer:
    if request.key is None or not _UUID.fullmatch(request.key):
        raise _Refusal(HTTPStatus.BAD_REQUEST, "The header Idempotency-Key must be a UUID.")
    wanted = _json_object(request.body)
    wrong = _wrong_fields(wanted)
    if wrong:
        raise _unprocessable(*wrong)
    body = json.dumps(wanted, sort_keys=True)
    filed, new = tx.file_report(
        key=request.key,
        reference=str(wanted["reference"]),
        region=str(wanted["region"]),
        body=body,
    )
    if filed.body != body:
        # As the IETF's draft on Idempotency-Key has it, and Stripe does: a key stands for one
        # request. Anything else would hide a sender that mixes its keys up.
        raise _Refusal(
            HTTPStatus.UNPROCESSABLE_ENTITY, "This Idempotency-Key came with another report before."
        )
    payload = {"number": filed.number, "status": filed.status}
    if new:
        return Answer("accepted", HTTPStatus.CREATED, payload, filed.number)
    return Answer("repeated", HTTPStatus.OK, payload, filed.number)


def _find_reports(tx: Write, request: Request) -> Answer:
    reference = request.query.get("reference")
    if reference is None:
        raise _unprocessable("reference")
    found = tx.reports_for(reference, region=request.query.get("region"))
    return Answer("read", HTTPStatus.OK, {"reports": [_public(report) for report in found]})


def _report(tx: Write, quoted: str) -> Filed:
    report = tx.report_numbered(unquote(quoted))
    if report is None:
        raise _Refusal(HTTPStatus.NOT_FOUND, "There is no report with this number.")
    return report


def _public(report: Filed) -> dict[str, object]:
    return {
        "number": report.number,
        "status": report.status,
        "reference": report.reference,
        "region": report.region,
        "received_at": report.received_at,
    }


def _allow(request: Request, *methods: str) -> None:
    if request.method not in methods:
        raise _Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "Not with this method.")


def _json_object(body: bytes) -> dict[str, object]:
    try:
        document = json.loads(body.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise _Refusal(HTTPStatus.BAD_REQUEST, "The body is no JSON.") from None
    if not isinstance(document, dict):
        raise _Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "The body must be an object.")
    return document


def _no_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are no JSON


def _unprocessable(*names: str) -> _Refusal:
    return _Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "Fields are missing or wrong.", *names)


def _wrong_fields(wanted: Mapping[str, object]) -> list[str]:
    return [name for name, is_right in _FIELDS.items() if not is_right(wanted.get(name))]


def _is_line(value: object) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= 200 and value.isprintable()


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


_FIELDS: dict[str, Callable[[object], bool]] = {
    "reference": _is_line,
    "region": lambda value: isinstance(value, str) and _REGION.fullmatch(value) is not None,
    "category": _is_line,
    "summary": _is_text,
    "detail": lambda value: isinstance(value, str),
    "occurred_at": lambda value: value is None or _is_line(value),
    "complainant": lambda value: value is None or isinstance(value, dict),
    "attachments": lambda value: value is None or isinstance(value, list),
}
