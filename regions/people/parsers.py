"""Reading JSON strictly: what PostgreSQL or another reader cannot hold is refused at the door."""

from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

import orjson
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from typing_extensions import override

from regions.errors import Invalid


def read_json(body: bytes) -> Any:
    """Parse UTF-8 JSON; NaN, lone surrogates, a byte order mark and endless nesting are unreadable.

    Raises:
        ParseError: it is not JSON (400).
        Invalid: a string holds U+0000, which the database cannot keep (422, with its pointer).
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ParseError(f"The body is not JSON: {error}") from None
    if b"\\u0000" in body:
        errors = [
            {"pointer": pointer, "detail": "U+0000 is not allowed in text."}
            for pointer in _nul_pointers(value, "#")
        ]
        if errors:
            raise Invalid(errors)
    return value


def _nul_pointers(value: Any, pointer: str) -> Iterator[str]:
    if isinstance(value, str):
        if "\x00" in value:
            yield pointer or "#"
    elif isinstance(value, dict):
        for name, inner in value.items():
            if "\x00" in name:
                yield pointer
            yield from _nul_pointers(inner, f"{pointer}/{pointer_part(name)}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _nul_pointers(inner, f"{pointer}/{index}")


def pointer_part(name: object) -> str:
    """Escape one member's name for a JSON pointer (RFC 6901)."""
    return str(name).replace("~", "~0").replace("/", "~1").replace("\x00", "")


class StrictJSONParser(JSONParser):
    """DRF's JSON parser with `read_json` inside."""

    @override
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return read_json(stream.read())


class AlwaysJSON(BaseContentNegotiation):
    """Answer JSON whatever `Accept` says: an error page would be worse than an unexpected type."""

    @override
    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        content_type = (request.content_type or "").split(";")[0].strip().lower()
        return next((each for each in parsers if each.media_type == content_type), None)

    @override
    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        first = next(iter(renderers))
        return first, str(first.media_type)
