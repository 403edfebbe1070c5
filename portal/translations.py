"""What is to be translated, and what a catalog lacks of it; no database, no gettext tools."""

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation import templatize

Keywords = dict[str, tuple[int | tuple[int, str], ...] | None]

KEYWORDS: Keywords = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
OURS = ("config", "regions", "interactions", "complaints", "portal")


def source_catalog(root: Path) -> Catalog:
    """Extract every string of the project's code and templates, in the order of their files."""
    catalog = Catalog(charset="utf-8")
    for path, text in _sources(root):
        name = path.relative_to(root).as_posix()
        lines = io.BytesIO(text.encode())
        found = extract("python", lines, KEYWORDS, options={"encoding": "utf-8"})
        for line, messages, _comments, context in found:
            catalog.add(messages, locations=[(name, line)], context=context)
    return catalog


def _sources(root: Path) -> Iterator[tuple[Path, str]]:
    for app in OURS:
        for path in sorted((root / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, path.read_text(encoding="utf-8")
    for path in sorted((root / "templates").rglob("*.*")):
        shown = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        # What is no tag became runs of X; as lines of their own they are Python enough.
        yield path, "\n".join(line.strip() for line in shown.splitlines())


def read_catalog(path: Path) -> Catalog:
    """Read a .po file."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def faults(catalog: Catalog, source: Catalog) -> Iterator[str]:
    """Say what a catalog lacks, has as fuzzy or wrong, and has that nobody asks for."""
    for message in _messages(source):
        kept = catalog.get(message.id, message.context)
        where = ", ".join(f"{name}:{line}" for name, line in message.locations[:2])
        if kept is None or not all(_strings(kept)):
            yield f"missing: {_text(message)!r} ({where})"
        elif kept.fuzzy:
            yield f"fuzzy: {_text(message)!r}"
        elif problems := list(kept.check(catalog)):
            yield f"wrong: {_text(message)!r}: {problems[0]}"
    for kept in _messages(catalog):
        if source.get(kept.id, kept.context) is None:
            yield f"obsolete: {_text(kept)!r}"
    for text in catalog.obsolete:
        yield f"obsolete: {text!r}"


def completed(catalog: Catalog, source: Catalog) -> Catalog:
    """Return a catalog with what is asked for, in the source's order; new entries are empty."""
    whole = Catalog(locale=catalog.locale, charset="utf-8", fuzzy=False)
    whole.mime_headers = catalog.mime_headers  # they say how many plurals there are
    for message in _messages(source):
        kept = catalog.get(message.id, message.context)
        files = sorted({name for name, _line in message.locations})
        whole.add(
            message.id,
            kept.string if kept else "",
            locations=[(name, 0) for name in files],
            flags=message.flags,
            context=message.context,
        )
    return whole


def write_catalog(catalog: Catalog, path: Path) -> None:
    """Write a .po file that changes only where its strings do."""
    out = io.BytesIO()
    write_po(out, catalog, width=100, omit_header=True, include_lineno=False)
    plural = f'"Plural-Forms: {catalog.plural_forms}\\n"\n'
    header = (
        'msgid ""\nmsgstr ""\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Language: {catalog.locale}\\n"\n{plural}\n'
    )
    path.write_text(header + out.getvalue().decode(), encoding="utf-8")


def _messages(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def _strings(message: Message) -> tuple[str, ...]:
    text = message.string or ""
    return (text,) if isinstance(text, str) else tuple(text)


def _text(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]
