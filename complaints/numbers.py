"""A complaint's number and PIN: what a citizen writes down, reads out and types in again. Pure."""

import re
import secrets

from stdnum import luhn

# Crockford's base32: no I, L, O, U, so that nothing looks or sounds like something else.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PREFIX = "ADU"
_DIGITS = 8
_PIN_DIGITS = 8
_MISREAD = str.maketrans("ILO", "110")


def new_number() -> str:
    """Draw a number like ADU-7K3M-92QX-4: 40 random bits and a check character (Luhn mod 32).

    Random, so that nobody can count complaints or guess the next one.
    """
    return _written("".join(secrets.choice(ALPHABET) for _ in range(_DIGITS)))


def read_number(text: str) -> str | None:
    """Return the number as it is kept, however it was typed; None where it cannot be one.

    Case, spaces and dashes do not count, nor does I for 1, L for 1 or O for 0. One wrong character
    is found, and nearly every swap of two.
    """
    typed = re.sub(r"[\s-]", "", text).upper()
    if len(typed) != len(PREFIX) + _DIGITS + 1 or not typed.startswith(PREFIX):
        return None
    characters = typed[len(PREFIX) :].translate(_MISREAD)
    return _written(characters[:-1]) if luhn.is_valid(characters, ALPHABET) else None


def new_pin() -> str:
    """Draw a PIN of eight digits."""
    return f"{secrets.randbelow(10**_PIN_DIGITS):0{_PIN_DIGITS}d}"


def read_pin(text: str) -> str:
    """Return a typed PIN without the spaces and dashes that people put between digits."""
    return re.sub(r"[\s-]", "", text)[: 4 * _PIN_DIGITS]


def _written(digits: str) -> str:
    check = luhn.calc_check_digit(digits, ALPHABET)
    return f"{PREFIX}-{digits[:4]}-{digits[4:]}-{check}"
