"""Advanced Mobile Location: text SMS, data SMS and HTTPS bodies → a place. Pure.

Sources: ETSI TS 103 625 (version 1 of the SMS and the HTTPS fields); the Emergency Location
Service's published SMS format for version 2 and for the packing of data SMS. IMSI and IMEI are in
all of them and go no further than this module.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from interactions.places.phone import e164
from interactions.places.place import (
    Place,
    TooLong,
    Unreadable,
    coordinate,
    number,
    percentage,
    positive,
    time_of,
    word,
    wrong,
)

HEADER = 'A"ML'
LONGEST_SMS = 2_000  # several concatenated parts; one is 160 characters
LONGEST_FORM = 65_536
_MOST_FIELDS = 200
_POSITIONING = {"G": "gnss", "W": "wifi", "C": "cell", "F": "fused", "U": "unknown"}
_POSITION = {"lt", "lg"}


def read_text(body: bytes) -> Place:
    """Read the text of an SMS, of version 1 or 2.

    The stated length (`ml`) is not compared: gateways change line ends and spaces. But where it is
    missing the message may have been cut, so its last field is not believed.

    Raises:
        Unreadable: it is no text.
        TooLong: no SMS is that long.
        Invalid: it is no AML message, or tells no place.
    """
    if len(body) > LONGEST_SMS:
        raise TooLong(f"An AML message has at most {LONGEST_SMS} characters.")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("The text is not UTF-8.") from None
    return _read_sms(text)


def read_data(body: bytes) -> Place:
    """Read the octets of a data SMS: the same text in 7-bit characters (GSM 03.38), packed.

    A user data header in front of it (application ports) is skipped; both ways of packing and an
    unpacked text are understood.

    Raises:
        TooLong: no SMS is that long.
        Invalid: it is no AML message, or tells no place.
    """
    if len(body) > LONGEST_SMS:
        raise TooLong(f"An AML message has at most {LONGEST_SMS} octets.")
    for text in _unpacked(body):
        if text.startswith(HEADER):
            return _read_sms(text)
    raise wrong("", 'is no data SMS of AML: there is no A"ML in it')


def _unpacked(body: bytes) -> Iterator[str]:
    header = body[0] + 1 if body else 0
    for octets in (body, body[header:]):
        yield octets.decode("latin-1")
        yield _septets(octets)
        yield _septets_from_the_top(octets)


def _septets(octets: bytes) -> str:
    bits = int.from_bytes(octets, "little")
    return "".join(chr(bits >> shift & 127) for shift in range(0, 8 * len(octets) - 6, 7))


def _septets_from_the_top(octets: bytes) -> str:
    bits, length = int.from_bytes(octets, "big"), 8 * len(octets)
    return "".join(chr(bits >> (length - end) & 127) for end in range(7, length + 1, 7))


def _read_sms(text: str) -> Place:
    pairs = [pair.partition("=") for pair in text.strip("\x00\r\n\t ").split(";")]
    fields: dict[str, str] = {}
    for name, _, value in pairs[:_MOST_FIELDS]:
        fields.setdefault(name.strip(), value.strip("\x00\r\n\t "))
    version = fields.get(HEADER)
    if version == "1":
        return _version_1(fields, last=pairs[-1][0].strip())
    if version == "2":
        return _version_2(fields, last=pairs[-1][0].strip())
    raise wrong(HEADER, "must be version 1 or 2 of AML")


def _version_1(fields: dict[str, str], *, last: str) -> Place:
    cut = "ml" not in fields
    if cut and last in _POSITION:
        raise wrong(last, "the message ends within its place")
    if fields.get("pm") == "N" or fields.get("rd", "").upper() == "N":
        raise wrong("pm", "the handset found no place")
    return Place(
        latitude=coordinate(fields.get("lt"), "lt", 90),
        longitude=coordinate(fields.get("lg"), "lg", 180),
        method="aml",
        accuracy_m=None if cut and last == "rd" else positive(number(fields.get("rd"))),
        confidence=None if cut and last == "lc" else percentage(number(fields.get("lc"))),
        positioning=_POSITIONING.get(fields.get("pm", "").upper()),
        at=_compact_time(fields.get("top")),
    )


def _version_2(fields: dict[str, str], *, last: str) -> Place:
    if last == "lo":
        raise wrong("lo", "the message ends within its place")
    latitude, longitude, accuracy, *_ = [*fields.get("lo", "").split(","), "", "", ""]
    if fields.get("ls") == "N" or not latitude:
        raise wrong("lo", "the handset found no place")
    # The time of the place is told in seconds from the beginning of the call.
    began, later = number(fields.get("et")), number(fields.get("lt"))
    if last in {"et", "lt"} or later is None:
        began = None
    return Place(
        latitude=coordinate(latitude, "lo/0", 90),
        longitude=coordinate(longitude, "lo/1", 180),
        method="aml",
        accuracy_m=positive(number(accuracy)),
        confidence=None if last == "lc" else percentage(number(fields.get("lc"))),
        positioning=_POSITIONING.get(fields.get("ls", "").upper()),
        at=time_of(None if began is None else began + (later or 0.0)),
    )


def _compact_time(text: str | None) -> datetime | None:
    """Read yyyyMMddHHmmss in UTC; what is none does not make the place worthless."""
    if not re.fullmatch(r"\d{14}", text or "", re.ASCII):
        return None
    try:
        return datetime.strptime(text or "", "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def read_form(body: bytes) -> Place:
    """Read an HTTPS body, `application/x-www-form-urlencoded`; the first of equal fields counts.

    Raises:
        Unreadable: it is no form.
        TooLong: no phone sends that much.
        Invalid: it tells no place.
    """
    if len(body) > LONGEST_FORM:
        raise TooLong(f"An AML body has at most {LONGEST_FORM} octets.")
    try:
        pairs = parse_qsl(
            body.decode("utf-8-sig"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise Unreadable("The body is no form in UTF-8.") from None
    fields = {name: value.strip() for name, value in reversed(pairs)}
    source = fields.get("location_source", "").lower()
    latitude = coordinate(fields.get("location_latitude"), "location_latitude", 90)
    longitude = coordinate(fields.get("location_longitude"), "location_longitude", 180)
    accuracy = positive(number(fields.get("location_accuracy")))
    if latitude == longitude == 0 and accuracy is None:
        raise wrong("location_accuracy", "the handset found no place")
    return Place(
        latitude=latitude,
        longitude=longitude,
        method="aml",
        accuracy_m=accuracy,
        confidence=_form_confidence(fields),
        positioning=word({"gps": "gnss"}.get(source, source)),
        at=_milliseconds(fields.get("location_time")) or _milliseconds(fields.get("time")),
        caller=e164(fields.get("device_number")),
    )


def _form_confidence(fields: dict[str, str]) -> float | None:
    """`location_confidence` is a ratio, the older `location_certainty` a percentage."""
    ratio = number(fields.get("location_confidence"))
    if ratio is None:
        return percentage(number(fields.get("location_certainty")))
    return percentage(round(ratio * 100, 6) if ratio <= 1 else ratio)


def _milliseconds(text: str | None) -> datetime | None:
    value = number(text)
    return time_of(None if not value else value / 1000)
