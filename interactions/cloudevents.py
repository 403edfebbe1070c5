"""Call events on the wire: CloudEvents 1.0 with our types. Pure: no Django, no database.

Source: CloudEvents 1.0 (JSON and batch format) and the project's contract for the types and `data`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

PREFIX = "id.layanan110."
MOST_EVENTS = 1000
FURTHEST_AHEAD = timedelta(hours=24)

_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d):(\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)

Name = Annotated[str, Field(min_length=1, max_length=128)]
Finite = Annotated[float, Field(allow_inf_nan=False)]


def read_time(text: str) -> datetime:
    """Read an RFC 3339 time into UTC; a leap second becomes the second after it.

    Raises:
        ValueError: it is not one, or lies outside of what a datetime can hold.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        message = "must be an RFC 3339 time with an offset"
        raise ValueError(message)
    day, minute, second, fraction, zone = match.groups()
    leap = second == "60"
    zone = "+00:00" if zone in "Zz" else zone
    try:
        time = datetime.fromisoformat(f"{day}T{minute}:{'59' if leap else second}{zone}")
        micro = int(((fraction or ".0")[1:] + "000000")[:6])
        extra = timedelta(seconds=1) if leap else timedelta(microseconds=micro)
        return (time + extra).astimezone(UTC)
    except (ValueError, OverflowError):
        message = "must be an RFC 3339 time that exists"
        raise ValueError(message) from None


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow", frozen=True)


class Envelope(_Part):
    """The required attributes; what else the sender gave is kept as extensions.

    Source and id together stay below what one index row of PostgreSQL holds.
    """

    specversion: Literal["1.0"]
    id: Annotated[str, Field(min_length=1, max_length=255)]
    source: Annotated[str, Field(min_length=1, max_length=400)]
    type: Annotated[str, Field(min_length=1)]
    subject: Name
    time: datetime
    data: Any = None

    @field_validator("time", mode="before")
    @classmethod
    def _time(cls, value: Any) -> datetime:
        if not isinstance(value, str):
            message = "must be an RFC 3339 time with an offset"
            raise ValueError(message)
        return read_time(value)


def _e164_form(value: str) -> str:
    # Only the form: a numbering plan is never a reason to lose a call.
    if not re.fullmatch(r"\+[0-9]{5,15}", value, re.ASCII):
        message = "must be + and 5 to 15 digits, or null when withheld"
        raise ValueError(message)
    return value


class Offered(_Part):
    caller: Annotated[str, AfterValidator(_e164_form)] | None
    dialled: Annotated[str, Field(min_length=1, max_length=64)]
    trunk: Name | None = None
    queue: Name | None = None
    agent: Name | None = None


class Queued(_Part):
    queue: Name
    position: Annotated[int, Field(ge=0, le=1_000_000)] | None = None


class Answered(_Part):
    agent: Name


class Located(_Part):
    latitude: Annotated[Finite, Field(ge=-90, le=90)]
    longitude: Annotated[Finite, Field(ge=-180, le=180)]
    accuracy_m: Annotated[Finite, Field(ge=0)] | None = None
    method: Literal["aml", "gnss", "cell", "pidf-lo", "manual"]
    civic: dict[str, Any] | str | None = None


class Transferred(_Part):
    to_agent: Name | None = None
    to_region: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,29}$")] | None = None

    @model_validator(mode="after")
    def _somewhere(self) -> "Transferred":
        if not (self.to_agent or self.to_region):
            message = "to_agent or to_region must be given"
            raise ValueError(message)
        return self


class Recorded(_Part):
    uri: Annotated[str, Field(min_length=1, max_length=2000)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$")]
    duration_s: Annotated[Finite, Field(ge=0)]
    media_type: Annotated[str, Field(min_length=1, max_length=127)] | None = None


class Ended(_Part):
    reason: Literal["completed", "abandoned", "busy", "failed", "blocked"]


DATA: dict[str, type[_Part]] = {
    "call.offered": Offered,
    "call.queued": Queued,
    "call.answered": Answered,
    "call.located": Located,
    "call.transferred": Transferred,
    "call.recorded": Recorded,
    "call.ended": Ended,
}


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that is right in all its parts; `type` without its prefix."""

    source: str
    id: str
    type: str
    call: str
    time: datetime
    data: dict[str, Any]
    extensions: dict[str, Any]


Problems = list[dict[str, str]]


def read_envelope(item: Any, pointer: str) -> tuple[Envelope | None, Problems]:
    """Check what every event must have; `pointer` says where the item stands in the body."""
    try:
        return Envelope.model_validate(item), []
    except ValidationError as error:
        return None, list(_problems(error, pointer))


def read_event(envelope: Envelope, pointer: str, now: datetime) -> tuple[NewEvent | None, Problems]:
    """Check type, time and `data` of an event that is not known yet."""
    kind = envelope.type.removeprefix(PREFIX)
    problems: Problems = []
    if not envelope.type.startswith(PREFIX) or kind not in DATA:
        problems.append({"pointer": f"{pointer}/type", "detail": "is not a type of this interface"})
    if envelope.time > now + FURTHEST_AHEAD:
        problems.append(
            {"pointer": f"{pointer}/time", "detail": "lies more than 24 hours in the future"}
        )
    if kind in DATA:
        try:
            DATA[kind].model_validate(envelope.data)
        except ValidationError as error:
            problems += _problems(error, f"{pointer}/data")
    if problems:
        return None, problems
    return (
        NewEvent(
            source=envelope.source,
            id=envelope.id,
            type=kind,
            call=envelope.subject,
            time=envelope.time,
            data=envelope.data,
            extensions=dict(envelope.model_extra or {}),
        ),
        [],
    )


def _problems(error: ValidationError, pointer: str) -> Iterable[dict[str, str]]:
    for each in error.errors(include_url=False, include_context=False, include_input=False):
        parts = "".join(
            f"/{part}".replace("~", "~0") for part in each["loc"] if part not in _UNION_TAGS
        )
        yield {
            "pointer": pointer + parts,
            "detail": each["msg"].removeprefix("Value error, "),
        }


# Pydantic names the branch of a union in `loc`; a pointer names places in the body only.
_UNION_TAGS = {"str", "dict[str,any]", "function-after[_e164_form(), str]"}
