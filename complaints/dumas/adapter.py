"""What every way to Dumas Presisi takes and gives, whatever speaks to the real one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypedDict
from uuid import UUID


class DumasStatus(StrEnum):
    """What Dumas Presisi says of a report."""

    PROSES = "proses"
    SELESAI_BENAR = "selesai_benar"
    SELESAI_TIDAK_BENAR = "selesai_tidak_benar"


class ComplainantWire(TypedDict, total=False):
    name: str
    phone: str
    email: str
    nik: str


class AttachmentWire(TypedDict):
    name: str
    media_type: str
    size_bytes: int
    sha256: str


class ReportWire(TypedDict):
    reference: str
    region: str
    category: str
    summary: str
    detail: str
    occurred_at: str | None
    complainant: ComplainantWire | None
    attachments: list[AttachmentWire]


@dataclass(frozen=True, slots=True, repr=False)
class Complainant:
    """Who complains; what is not known stays off the wire. Has no repr: it would end in a log."""

    name: str | None = None
    phone: str | None = None  # E.164
    email: str | None = None
    nik: str | None = None

    def wire(self) -> ComplainantWire:
        """The JSON of the contract."""
        wire = ComplainantWire()
        if self.name:
            wire["name"] = self.name
        if self.phone:
            wire["phone"] = self.phone
        if self.email:
            wire["email"] = self.email
        if self.nik:
            wire["nik"] = self.nik
        return wire


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the complaint: what it is, not what is in it."""

    name: str = field(repr=False)
    media_type: str
    size_bytes: int
    sha256: str

    def wire(self) -> AttachmentWire:
        """The JSON of the contract."""
        return {
            "name": self.name,
            "media_type": self.media_type,
            "size_bytes": self.size_bytes,
            "sha256": self.sha256,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """A complaint as Dumas Presisi gets it; `reference` is our number, `region` a slug.

    One key must always go with one report: keep what is sent when the complaint is escalated, and
    do not build it anew from rows that may have changed.
    """

    reference: str
    region: str
    category: str
    summary: str = field(repr=False)
    detail: str = field(repr=False)
    occurred_at: datetime | None = None
    complainant: Complainant | None = field(default=None, repr=False)  # None: anonymous
    attachments: tuple[Attachment, ...] = ()

    def wire(self) -> ReportWire:
        """The JSON of the contract."""
        return {
            "reference": self.reference,
            "region": self.region,
            "category": self.category,
            "summary": self.summary,
            "detail": self.detail,
            "occurred_at": rfc3339(self.occurred_at) if self.occurred_at else None,
            "complainant": self.complainant.wire() if self.complainant else None,
            "attachments": [attachment.wire() for attachment in self.attachments],
        }

    @classmethod
    def from_wire(cls, wire: ReportWire) -> "Report":
        """Read back what `wire` gave, as an outbox row keeps it."""
        occurred_at, complainant = wire["occurred_at"], wire["complainant"]
        return cls(
            reference=wire["reference"],
            region=wire["region"],
            category=wire["category"],
            summary=wire["summary"],
            detail=wire["detail"],
            occurred_at=datetime.fromisoformat(occurred_at) if occurred_at else None,
            complainant=None if complainant is None else Complainant(**complainant),
            attachments=tuple(Attachment(**attachment) for attachment in wire["attachments"]),
        )


@dataclass(frozen=True, slots=True)
class Receipt:
    """Dumas Presisi's own number for a report, and what it says of it."""

    number: str
    status: DumasStatus


class Refused(Exception):
    """Dumas Presisi will never take this; a person must look.

    `detail` is its own words, for that person's eyes: it may repeat what a citizen wrote, so it is
    no part of the message and never logged.
    """

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(f"refused with {status}")
        self.status = status
        self.detail = detail


class Unavailable(Exception):
    """No answer that counts; the same key may, and must, be tried again. `detail` is ours."""

    def __init__(self, detail: str, retry_after: timedelta | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after = retry_after


class DumasAdapter(Protocol):
    """A way to Dumas Presisi."""

    def submit(self, report: Report, *, key: UUID) -> Receipt:
        """Hand a report over; the same key gives the same receipt, however often.

        Raises:
            Refused: it is final.
            Unavailable: it is not; the report may have arrived all the same.
        """
        ...

    def fetch(self, number: str) -> Receipt | None:
        """Look a report up by Dumas's number; None where it knows none.

        Raises:
            Refused, Unavailable: as in `submit`.
        """
        ...

    def find(self, reference: str, *, region: str) -> tuple[Receipt, ...]:
        """Look reports up by our number and region, oldest first; more than one is a duplicate.

        Raises:
            Refused, Unavailable: as in `submit`.
        """
        ...


def rfc3339(at: datetime) -> str:
    """Write a time as the contract does: in UTC, with Z."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def is_final(status: int) -> bool:
    """Whether an HTTP status says that trying again is of no use.

    Source: CONTRACT.md, Dumas Presisi out.
    """
    return status // 100 == 4 and status not in {408, 409, 425, 429}


class ReceiptWire(TypedDict):
    number: str
    status: str


def read_receipt(wire: Mapping[str, object]) -> Receipt:
    """Check a receipt from the wire.

    Raises:
        ValueError: the number is no short printable text, or the status is not known.
    """
    number, status = wire.get("number"), wire.get("status")
    if not isinstance(number, str) or not 1 <= len(number) <= 64 or not number.isprintable():
        raise ValueError("number")
    return Receipt(number=number, status=DumasStatus(str(status)))
