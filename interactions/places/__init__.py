"""Places of callers as networks send them: parsers without database, network or clock."""

from collections.abc import Callable

from interactions.places import aml, pidf
from interactions.places.place import Place, Unreadable

READERS: dict[str, Callable[[bytes], Place]] = {
    "text/plain": aml.read_text,
    "application/octet-stream": aml.read_data,
    "application/x-www-form-urlencoded": aml.read_form,
    "application/pidf+xml": pidf.read_pidf,
}


def read_place(media_type: str, body: bytes) -> Place:
    """Read a message of one of the media types in READERS.

    Whatever comes in: a right place, or one of the refusals below. No message takes more than 50
    MiB, since each kind has a longest one.

    Raises:
        Unreadable: empty, or not what the media type says (400).
        TooLong: longer than its kind can be (413).
        Invalid: readable, but no place, or one that cannot be (422).
    """
    if not body:
        raise Unreadable("The body is empty.")
    return READERS[media_type](body)


__all__ = ["READERS", "Place", "read_place"]
