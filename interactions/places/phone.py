"""Telephone numbers as messages write them → E.164, as calls have them."""

import re

import phonenumbers

COUNTRY = "ID"
_SEPARATORS = re.compile(r"[\s().\-/\u00a0]")
_E164_FORM = re.compile(r"\+\d{5,15}", re.ASCII)
_LONGEST = 60


def e164(text: str | None) -> str | None:
    """Return a number in E.164, national ones as Indonesian; None where it cannot be one.

    A number that no numbering plan knows is kept by its form: `+` and 5 to 15 digits.
    """
    written = (text or "").strip()
    if not written or len(written) > _LONGEST:
        return None
    plain = _SEPARATORS.sub("", written.removeprefix("tel:"))
    try:
        parsed = phonenumbers.parse(plain, COUNTRY)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is not None and phonenumbers.is_possible_number(parsed):
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if plain.startswith("00"):
        plain = f"+{plain[2:]}"
    return plain if _E164_FORM.fullmatch(plain) else None


_URI = re.compile(r"(?:tel|sips?|pres):(\+?[0-9().\-]{5,40})(?:[;@]|$)", re.IGNORECASE | re.ASCII)


def number_of_uri(uri: str | None) -> str | None:
    """Return the number of a `tel:`, `sip:` or `pres:` address in E.164; None where it has none."""
    match = _URI.match((uri or "").strip()[:200])
    return e164(match[1]) if match else None
