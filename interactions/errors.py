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
