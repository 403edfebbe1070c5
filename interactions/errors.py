"""Refusals of the work on the line."""

from regions.errors import DomainError, NotFound


class CallNotFound(NotFound):
    title = "No such call here"


class CallAlreadyClaimed(DomainError):
    """Another agent was first; `claimed_by` is their username."""

    title = "Already claimed"


class InteractionNotFound(NotFound):
    title = "No such interaction here"


class NotInThisState(DomainError):
    """The interaction's state forbids it; `state` says which it is in."""

    title = "The state forbids it"


class NotForThisCategory(DomainError):
    """Only an interaction about the police's own service leads to a complaint about the police."""

    title = "Not a complaint about the police"


class IncidentNotFound(NotFound):
    title = "No such incident here"


class LinkedElsewhere(DomainError):
    """An interaction belongs to another incident; `incident` and `number` say to which."""

    title = "Linked to another incident"


class UnitNotFound(NotFound):
    title = "No such unit here"


class UnitBusy(DomainError):
    """The unit is out at another incident; `incident` and `number` say at which."""

    title = "The unit is busy elsewhere"


class UnitNotSent(DomainError):
    """The unit was not sent to this incident."""

    title = "The unit was not sent to this incident"


class CallerNotFound(NotFound):
    title = "Nothing is known of this number here"


class AlreadyReported(DomainError):
    """This interaction has a report already; `report` is its id."""

    title = "Already reported"


class NothingToConfirm(DomainError):
    """No report on this caller waits for a supervisor."""

    title = "No report waits"


class NotByTheReporter(DomainError):
    """Whoever reported a caller cannot confirm it: it takes another person."""

    status = 403
    title = "It takes another person"


class NothingToLift(DomainError):
    """No report on this caller stands."""

    title = "No report stands"
