"""Refusals: what the rules of the work say no to, named for what happened."""

from typing import Any, ClassVar


class DomainError(Exception):
    """The parent of every refusal.

    `status` is the HTTP status that the edge answers with; `title` a short English phrase for the
    problem document; the facts are keyword arguments and become attributes and extra members.
    """

    status: ClassVar[int] = 409
    title: ClassVar[str] = "The state forbids it"

    def __init__(self, detail: str = "", **facts: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.facts = facts

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["facts"][name]
        except KeyError:
            raise AttributeError(name) from None


class NotFound(DomainError):
    """This region has no such thing; another region's is not found either."""

    status = 404
    title = "Not found here"


class Invalid(DomainError):
    """Readable but wrong; `errors` lists `{"pointer", "detail"}` per bad field."""

    status = 422
    title = "The content is not valid"

    def __init__(self, errors: list[dict[str, str]], detail: str = "") -> None:
        super().__init__(detail or f"{len(errors)} value(s) are not valid.", errors=errors)


class Forbidden(DomainError):
    """The role may not do this."""

    status = 403
    title = "Your role may not do this"


class Stale(DomainError):
    """Someone saved in between: the version that the change builds on is not the newest."""

    status = 412
    title = "Changed in the meantime"


class RegionUnknown(NotFound):
    title = "No such region"
