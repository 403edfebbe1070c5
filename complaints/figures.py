"""What a complaint adds to the national figures. Pure; no citizen's data.

As in `interactions.figures`, a change is the difference between what the row adds after and before.
"""

from collections import Counter

from complaints.models import Complaint, ComplaintState
from interactions.figures import Figures, hour_of


def complaint_figures(complaint: Complaint | None) -> Figures:
    """Count one complaint, in the hour in which it was received.

    `open` and `overdue` are so now; `escalated` stays counted once it went to Dumas Presisi.
    """
    figures: Figures = Counter()
    if complaint is None:
        return figures
    counted = {
        "received": True,
        "open": not complaint.is_closed,
        "overdue": complaint.is_overdue,
        "escalated": complaint.escalated_at is not None,
        "resolved": complaint.state == ComplaintState.RESOLVED,
    }
    hour = hour_of(complaint.received_at)
    for name, counts in counted.items():
        if counts:
            figures[hour, f"complaints.{name}", ""] = 1
    return figures
