"""PIDF-LO: a presence document with a location → a place. Pure.

Sources: RFC 4119, RFC 5139 (civic), RFC 5491 (shapes, and which location counts), RFC 7459
(confidence). A document type is refused, so there is no entity to expand and nothing to fetch.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from interactions.places.phone import number_of_uri
from interactions.places.place import (
    Place,
    TooLong,
    Unreadable,
    number,
    percentage,
    word,
    wrong,
)
from interactions.places.shapes import Circle, name_of, read_shape

LONGEST = 262_144
_MOST_CIVIC, _LONGEST_CIVIC = 60, 255
# RFC 5491, 3.2: the first device with a location, else the first tuple, a person as a last resort.
_BEARERS = ("device", "tuple", "person")


def read_pidf(body: bytes) -> Place:
    """Read a PIDF-LO document.

    Raises:
        Unreadable: it is not XML, or brings a document type.
        TooLong: beyond any real document.
        Invalid: it is no presence document, holds no location, or a wrong one.
    """
    if len(body) > LONGEST:
        raise TooLong(f"A PIDF-LO document has at most {LONGEST} octets.")
    presence = _parse(body)
    if name_of(presence) != "presence":
        raise wrong("", "is no presence document")
    for bearer in _bearers(presence):
        for info in _named(bearer, "location-info"):
            circle, civic = _first_shape(info), _civic(info)
            if circle or civic:
                return _place(presence, bearer, info, circle, civic)
    raise wrong("presence", "holds no location of a known shape")


def _parse(body: bytes) -> Element:
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except DefusedXmlException:
        raise Unreadable("A document type is not allowed.") from None
    except (ParseError, ValueError, LookupError):
        raise Unreadable("The body is not XML.") from None
    return root


def _bearers(presence: Element) -> Iterator[Element]:
    for kind in _BEARERS:
        yield from (each for each in presence if name_of(each) == kind)


def _named(element: Element, name: str) -> Iterator[Element]:
    return (each for each in element.iter() if name_of(each) == name)


def _first_shape(info: Element) -> Circle | None:
    """The first shape counts; the old way wraps it into `location`."""
    candidates = (each for child in info for each in (child, *child))
    return next((circle for each in candidates if (circle := read_shape(each))), None)


def _civic(info: Element) -> dict[str, str] | None:
    address = next((each for each in info if name_of(each) == "civicAddress"), None)
    if address is None:
        return None
    lines = [(name_of(each)[:40], (each.text or "").strip()[:_LONGEST_CIVIC]) for each in address]
    return {name: text for name, text in lines[:_MOST_CIVIC] if text} or None


def _place(
    presence: Element,
    bearer: Element,
    info: Element,
    circle: Circle | None,
    civic: dict[str, str] | None,
) -> Place:
    return Place(
        latitude=circle.latitude if circle else None,
        longitude=circle.longitude if circle else None,
        method="pidf-lo",
        accuracy_m=circle.radius_m if circle else None,
        confidence=percentage(number(_text(info, "confidence"))),
        positioning=word(_text(bearer, "method")),
        at=_time(_text(bearer, "timestamp")),
        caller=_caller(presence, bearer),
        civic=civic,
    )


def _text(element: Element, name: str) -> str | None:
    found = next(_named(element, name), None)
    return found.text if found is not None else None


def _time(text: str | None) -> datetime | None:
    """Read an xs:dateTime into UTC; without a zone it is taken for UTC."""
    try:
        time = datetime.fromisoformat((text or "").strip()[:40])
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _caller(presence: Element, bearer: Element) -> str | None:
    """The number of whom it is about: the document's entity, else where to reach them."""
    addresses = [presence.get("entity"), _text(bearer, "deviceID"), _text(bearer, "contact")]
    return next((known for each in addresses if (known := number_of_uri(each))), None)
