"""Who is complained of: names as people write them, made comparable. Pure."""

import re
import unicodedata
from collections.abc import Iterable

_NO_WORD = re.compile(r"[\W_]+")


def words(text: str) -> str:
    """Return a name as lower-case words, each between single spaces; empty where there is none.

    "Bripka BUDI-Santoso, S.H." becomes " bripka budi santoso s h ", so that a name is found in it
    as whole words, whatever rank or title stands around it.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    found = _NO_WORD.sub(" ", plain).strip()
    return f" {found} " if found else ""


def words_of(officers: Iterable[str]) -> str:
    """Return the names of those complained of, one a line, for `Complaint.about_words`."""
    return "\n".join(filter(None, map(words, officers)))
