"""The chain of a region's audit and timelines: what was changed, removed or slipped in is found.

Every entry takes the next number and a digest over the one before it and what it says itself,
keyed with SECRET_KEY, so that whoever has the database only cannot make a chain that holds.
After SECRET_KEY was changed, SECRET_KEY_FALLBACKS still vouches for what was written before.
"""

import heapq
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from regions.people.models import Chained, ChainHead


@dataclass(frozen=True, slots=True)
class Break:
    """The first row at which a chain does not hold; `row` is its id, None if it is gone."""

    table: str
    seq: int | None
    row: int | None
    what: str


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """A row as it stands in its table."""

    seq: int
    table: str
    row: int
    digest: str
    facts: dict[str, Any]


def digest_of(
    previous: str, seq: int, table: str, facts: Mapping[str, Any], *, secret: str | None = None
) -> str:
    """Return the digest of an entry after `previous`; pure but for SECRET_KEY."""
    said = json.dumps([seq, table, facts], sort_keys=True, separators=(",", ":"), default=_plain)
    keyed = salted_hmac("regions.chain", f"{previous}\n{said}", secret=secret, algorithm="sha256")
    return keyed.hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, UUID):
        return str(value)
    message = f"{type(value).__name__} has no place in a chain"
    raise TypeError(message)


def append_chained(entries: Sequence[Chained]) -> None:
    """Insert entries of one table at the end of the region's chain; three queries, or none.

    Holds the chain's head to the end of the transaction, so take every other lock before it, but
    the alert counter's.
    """
    if not entries:
        return
    if not connection.in_atomic_block:
        message = "entries are written with what they tell of, in one transaction"
        raise transaction.TransactionManagementError(message)
    head = ChainHead.objects.select_for_update().get()
    model = type(entries[0])
    for entry in entries:
        head.seq += 1
        facts = {name: getattr(entry, name) for name in entry.CHAINED}
        head.digest = digest_of(head.digest, head.seq, model.table(), facts)
        entry.chain_seq, entry.chain_digest = head.seq, head.digest
    model.rows().bulk_create(entries)
    head.save(update_fields=["seq", "digest"])


@transaction.atomic(durable=True)
def first_break() -> Break | None:
    """Check the region's whole chain as it is at this moment; None if it holds.

    Reads every row once, in order. Nobody waits for it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        tables = set(connection.introspection.table_names(cursor))
    head = ChainHead.objects.get()
    models = [model for model in chained_models() if model.table() in tables]
    seq, previous = 0, ""
    for link in heapq.merge(*(_links(model) for model in models)):
        if link.seq <= seq:
            return Break(link.table, link.seq, link.row, "inserted: the number was given already")
        if link.seq > seq + 1:
            return Break("?", seq + 1, None, f"removed: the next there is has {link.seq}")
        if link.seq > head.seq:
            return Break(link.table, link.seq, link.row, "inserted: after the end of the chain")
        if link.digest not in _digests(previous, link):
            return Break(link.table, link.seq, link.row, "changed: it is not what was written")
        seq, previous = link.seq, link.digest
    if (seq, previous) != (head.seq, head.digest):
        return Break("?", seq + 1, None, f"removed: the chain goes on to {head.seq}")
    return _unchained(models)


def chained_models() -> list[type[Chained]]:
    """Return every table whose entries are chained."""
    return [model for model in apps.get_models() if issubclass(model, Chained)]


def _links(model: type[Chained]) -> Iterator[Link]:
    table, names = model.table(), model.CHAINED
    rows = model.rows().exclude(chain_seq=None).order_by("chain_seq", "pk")
    values = rows.values_list("chain_seq", "pk", "chain_digest", *names)
    for seq, row, digest, *facts in values.iterator(chunk_size=5000):
        yield Link(seq, table, row, digest, dict(zip(names, facts, strict=True)))


def _digests(previous: str, link: Link) -> set[str]:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return {digest_of(previous, link.seq, link.table, link.facts, secret=each) for each in secrets}


def _unchained(models: Sequence[type[Chained]]) -> Break | None:
    for model in models:
        row = model.rows().filter(chain_seq=None).order_by("pk").first()
        if row is not None:
            return Break(model.table(), None, row.pk, "inserted: it is in no chain")
    return None
