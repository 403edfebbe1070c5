"""What one event costs with no stored call and with 200,000 of them."""

import time
from statistics import median

import psycopg
from psycopg import sql

from bench.figure import percentile, tell
from bench.portal import database_url, gate, inside
from bench.switch import Gate, Line, call_of_five
from tests.live import LivePortal

EMPTY, FULL = "gorontalo", "jatim"
CALLS = 200_000
TURNS, SECONDS = 6, 3.0

# As old calls are: answered and ended, three events and three alerts each, spread over a year.
_FILL = """
    SET LOCAL search_path = {schema};
    CREATE TEMP TABLE past ON COMMIT DROP AS
        SELECT 'past-' || n AS id, now() - n * interval '2.5 min' AS at,
               '+62811' || lpad((n % 50000)::text, 6, '0') AS caller
        FROM generate_series(1, {calls}) n;
    INSERT INTO interactions_call (id, state, caller, dialled, agent, offered_at, answered_at,
            ended_at, end_reason, recordings, events, first_event_at)
        SELECT id, 'ended', caller, '110', 'past', at, at + interval '6 s', at + interval '2 min',
               'completed', '[]', 3, at FROM past;
    INSERT INTO interactions_callevent
            (source, event_id, type, call_id, time, data, extensions, received_at)
        SELECT '/bench/past', id || '-' || kind, kind, id, at, '{{"agent": "past"}}', '{{}}', at
        FROM past, unnest(ARRAY['call.offered', 'call.answered', 'call.ended']) kind;
    WITH newest AS (UPDATE interactions_alerthead SET seq = seq + 3 * {calls} RETURNING seq)
    INSERT INTO interactions_alert (seq, kind, at, payload)
        SELECT seq - n, 'call.ended', now() - n * interval '50 s', '{{"call": {{"id": "past"}}}}'
        FROM newest, generate_series(0, 3 * {calls} - 1) n;
"""
_TABLES = ("interactions_call", "interactions_callevent", "interactions_alert")


def run(portal: LivePortal) -> None:
    """Deliver single events to an empty and a full region in turns."""
    stored = _fill(portal)
    line = Line(portal.port)
    costs: dict[str, list[float]] = {EMPTY: [], FULL: []}
    for turn in range(TURNS + 1):
        for slug in costs:
            taken = _milliseconds(line, gate(portal, slug))
            if turn:  # the first one warms up
                costs[slug] += taken
    line.close()
    for percent in (50, 95):
        empty, full = (percentile(costs[slug], percent) for slug in (EMPTY, FULL))
        tell(f"event_cost_0_calls_p{percent}", empty, "ms", f"{len(costs[EMPTY])} posts")
        tell(
            f"event_cost_{CALLS}_calls_p{percent}",
            full,
            "ms",
            f"ratio {full / empty:.2f} of none",
            f"{stored} calls stored",
        )
    queries = {slug: inside(portal, f"queries-{slug}") for slug in costs}
    for kind in ("first", "later", "answered", "batch_of_100"):
        tell(
            f"queries_{kind}_event",
            queries[FULL][kind],
            "queries",
            f"with 0 calls {queries[EMPTY][kind]}",
            f"median of {median(queries[FULL]['milliseconds']):.1f} ms in PostgreSQL"
            if kind == "first"
            else "whole request",
        )


def _fill(portal: LivePortal) -> int:
    schema = sql.Identifier(FULL)
    with psycopg.connect(database_url(portal)) as connection:
        count = sql.SQL("SELECT count(*) FROM {}.interactions_call").format(schema)
        row = connection.execute(count).fetchone()
        if row and row[0] < CALLS:
            fill = sql.SQL(_FILL).format(schema=schema, calls=sql.Literal(CALLS))
            connection.execute(fill)
        connection.commit()
        connection.autocommit = True
        for table in _TABLES:
            connection.execute(sql.SQL("VACUUM ANALYZE {}").format(sql.Identifier(FULL, table)))
        row = connection.execute(count).fetchone()
        return int(row[0]) if row else 0


def _milliseconds(line: Line, target: Gate) -> list[float]:
    taken = []
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        for event in call_of_five("agent1"):
            delivery = target.delivery([event])
            began = time.monotonic()
            line.post(*delivery)
            taken.append((time.monotonic() - began) * 1000)
    return taken
