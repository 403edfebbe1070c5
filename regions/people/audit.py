"""The audit: what somebody did that must be answered for."""

from typing import Any

from django.db import connection, transaction

from regions.people.models import AuditEntry


def record_audit(*, actor: str, action: str, subject: str, **detail: Any) -> AuditEntry:
    """Add an entry; needs the transaction of what it tells of, and never holds a citizen's data."""
    if not connection.in_atomic_block:
        message = "an audit entry is written with what it tells of, in one transaction"
        raise transaction.TransactionManagementError(message)
    return AuditEntry.objects.create(actor=actor, action=action, subject=subject, detail=detail)
