"""The audit: what somebody did that must be answered for."""

from typing import Any

from regions.people.chain import append_chained
from regions.people.models import AuditEntry


def record_audit(*, actor: str, action: str, subject: str, **detail: Any) -> None:
    """Add an entry; needs the transaction of what it tells of, and never holds a citizen's data.

    Takes the lock of the region's chain: after all others, before the alert counter.
    """
    entry = AuditEntry(actor=actor, action=action, subject=subject, detail=detail)
    append_chained([entry])
