"""What Dumas Presisi says of a report, and what that makes of its complaint."""

from datetime import datetime

from django.utils import timezone

from complaints.dumas.adapter import DumasStatus
from complaints.models import Complaint, ComplaintState, Resolution
from complaints.services.record import changing, move, write_down

RESOLUTIONS = {
    DumasStatus.SELESAI_BENAR: Resolution.PROVEN,
    DumasStatus.SELESAI_TIDAK_BENAR: Resolution.NOT_PROVEN,
}


def take_status(
    complaint: Complaint,
    status: DumasStatus,
    *,
    seen_at: datetime | None,
    actor: str,
    note: str = "",
) -> None:
    """Note Dumas's status, unless a newer one is known; a finding resolves an escalated complaint.

    Statuses are ordered by `seen_at`: the time that a callback says, or when we asked; None is
    older than any. Needs the complaint locked.
    """
    if not _is_news(complaint, status, seen_at):
        return
    now = timezone.now()
    with changing(complaint):
        if complaint.dumas_status != status:
            write_down(complaint, actor=actor, kind="dumas_status", status=status, note=note)
        complaint.dumas_status, complaint.dumas_status_at = status, seen_at
        if status in RESOLUTIONS and complaint.state == ComplaintState.ESCALATED:
            move(complaint, ComplaintState.RESOLVED, now=now, resolution=RESOLUTIONS[status])
            write_down(complaint, actor=actor, kind="resolved", resolution=complaint.resolution)


def _is_news(complaint: Complaint, status: DumasStatus, seen_at: datetime | None) -> bool:
    if seen_at is None:
        return complaint.dumas_status is None
    known_at = complaint.dumas_status_at
    if known_at is None or seen_at > known_at:
        return True
    # At the very same time a finding outweighs that it was in progress.
    was_in_progress = complaint.dumas_status == DumasStatus.PROSES
    return seen_at == known_at and was_in_progress and status != DumasStatus.PROSES
