"""Refusals of the work on complaints."""

from regions.errors import DomainError, NotFound


class ComplaintNotFound(NotFound):
    """There is none of this number, or it is about the reader: both look the same."""

    title = "No such complaint here"


class EscalationNotFound(NotFound):
    title = "This complaint was not escalated"


class ReportNotFound(NotFound):
    """No complaint of this region has this number at Dumas Presisi."""

    title = "No such report here"


class NotInThisState(DomainError):
    """The complaint's or escalation's state forbids it; `state` says which it is in."""

    title = "The state forbids it"


class AnotherComplaintIsOpen(DomainError):
    """An interaction leads to one open complaint at a time."""

    title = "This interaction has an open complaint"


class BeingSent(DomainError):
    """A worker has the escalation in hand at this moment."""

    title = "It is being sent right now"


class BadCallback(DomainError):
    """The callback is not, or not now, from Dumas Presisi."""

    status = 401
    title = "The signature is not valid"
