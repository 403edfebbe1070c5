"""The chain: what was changed, removed or slipped in behind our back is found and named."""

# ruff: noqa: S608  # whoever tampers writes SQL

from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from interactions.models import TimelineEntry
from interactions.services.dispatch import dispatch_unit
from interactions.services.record import close_interaction, open_interaction, reopen_interaction
from regions.context import run_in_region
from regions.people.audit import record_audit
from regions.people.chain import chained_models, digest_of, first_break
from regions.people.models import AuditEntry, ChainHead
from tests.at_once import run_at_once
from tests.factories import (
    AgentFactory,
    IncidentFactory,
    InteractionFactory,
    UnitFactory,
)

TIMELINE, INCIDENTS, AUDIT = (
    "interactions_timelineentry",
    "interactions_incidententry",
    "people_auditentry",
)


def write_history():
    """Six entries: timeline, timeline, incident, timeline, audit, audit."""
    agent, unit = AgentFactory(), UnitFactory()
    interaction = open_interaction(channel="walk_in", agent=agent, caller=None, summary="x")
    close_interaction(interaction_id=interaction.id, outcome="prank", note="", actor=agent)
    incident = IncidentFactory()
    InteractionFactory(incident=incident)
    dispatch_unit(incident_id=incident.id, unit_code=unit.code, override_reason="", actor=agent)
    with transaction.atomic():
        record_audit(actor="it", action="key_issued", subject="key 1", scopes=["telephony"])
        record_audit(actor="it", action="key_revoked", subject="key 1")


@pytest.fixture
def history(committed):
    run_in_region("jabar", write_history)


def tamper(sql, *values):
    """Do what only the owner of the database can: past the triggers."""

    def work():
        with connection.cursor() as cursor:
            for table in (TIMELINE, INCIDENTS, AUDIT):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(sql, values)

    run_in_region("jabar", work)


def found():
    return run_in_region("jabar", first_break)


def test_what_was_written_by_all_verbs_holds(history):
    assert found() is None
    assert run_in_region("jabar", lambda: ChainHead.objects.get().seq) == 6


def test_every_table_that_is_chained_was_tried(history):
    assert {model.table() for model in chained_models()} == {TIMELINE, INCIDENTS, AUDIT}


@pytest.mark.parametrize(
    ("table", "column", "value", "seq"),
    [
        (TIMELINE, "actor", "somebody", 1),
        (TIMELINE, "kind", "answered", 1),
        (TIMELINE, "at", "2026-01-01T00:00:00Z", 1),
        (TIMELINE, "detail", '{"channel": "phone"}', 1),
        (INCIDENTS, "detail", "{}", 3),
        (AUDIT, "subject", "key 2", 5),
        (AUDIT, "chain_digest", "0" * 64, 5),
    ],
)
def test_a_changed_row_is_named(history, table, column, value, seq):
    tamper(f"UPDATE {table} SET {column} = %s", value)

    broken = found()
    assert (broken.table, broken.seq, broken.what[:7]) == (table, seq, "changed")


@pytest.mark.parametrize(("table", "seq"), [(TIMELINE, 2), (INCIDENTS, 3), (AUDIT, 6)])
def test_a_removed_row_is_named(history, table, seq):
    tamper(f"DELETE FROM {table} WHERE chain_seq = %s", seq)

    broken = found()
    assert (broken.seq, broken.what[:7]) == (seq, "removed")


def test_an_emptied_table_is_found(history):
    tamper(f"TRUNCATE {AUDIT}")

    assert found().seq == 5


COLUMNS = "at, actor, action, subject, detail"


@pytest.mark.parametrize(
    ("columns", "values"),
    [
        (COLUMNS, COLUMNS),
        (f"{COLUMNS}, chain_seq, chain_digest", f"{COLUMNS}, chain_seq, chain_digest"),
        (f"{COLUMNS}, chain_seq, chain_digest", f"{COLUMNS}, chain_seq + 1, chain_digest"),
        (f"{COLUMNS}, chain_seq, chain_digest", f"{COLUMNS}, 0, chain_digest"),
    ],
    ids=["without a number", "with a number twice", "at the end", "before the start"],
)
def test_a_row_that_was_slipped_in_is_named(history, columns, values):
    tamper(f"INSERT INTO {AUDIT} ({columns}) SELECT {values} FROM {AUDIT} ORDER BY id DESC LIMIT 1")

    newest = run_in_region("jabar", lambda: AuditEntry.objects.latest("id").pk)
    broken = found()
    assert (broken.table, broken.row, broken.what[:8]) == (AUDIT, newest, "inserted")


def test_two_rows_that_changed_places_are_found(history):
    tamper(f"UPDATE {TIMELINE} SET chain_seq = 3 - chain_seq WHERE chain_seq IN (1, 2)")

    assert found().seq == 1


def test_a_head_that_was_set_back_is_found(history):
    tamper("UPDATE people_chainhead SET seq = 5")

    assert found().what.startswith("inserted")


def test_a_chain_made_without_the_key_does_not_hold(history, settings):
    settings.SECRET_KEY = "of somebody who has the database only, and not our secret"

    assert found().seq == 1


def test_a_key_that_was_replaced_still_vouches_for_what_it_wrote(history, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the new secret, long enough for the check of the settings"
    run_in_region("jabar", write_history)

    assert found() is None


def test_the_command_says_that_all_chains_hold(history, capsys):
    call_command("verify_chain")

    assert "chain(s) hold" in capsys.readouterr().out


def test_the_command_fails_and_names_the_first_bad_row(history, capsys):
    tamper(f"UPDATE {AUDIT} SET actor = 'nobody'")

    with pytest.raises(CommandError, match="1 of"):
        call_command("verify_chain")

    assert capsys.readouterr().out.startswith(f"jabar: {AUDIT} number 5 id 1: changed")


def test_the_command_looks_at_one_region_only(history):
    tamper(f"UPDATE {AUDIT} SET actor = 'nobody'")

    call_command("verify_chain", region="diy")


@pytest.mark.django_db
def test_the_command_knows_the_regions():
    with pytest.raises(CommandError, match="atlantis"):
        call_command("verify_chain", region="atlantis")


def test_the_audit_is_never_rewritten(jabar):
    record_audit(actor="it", action="key_issued", subject="key 1")

    with pytest.raises(IntegrityError, match="only ever added"), transaction.atomic():
        AuditEntry.objects.update(actor="nobody")


def test_many_who_write_at_once_make_one_chain(committed):
    agent = run_in_region("jabar", AgentFactory)
    closed = run_in_region("jabar", InteractionFactory.create_batch, 4, agent=agent)
    incident = run_in_region("jabar", IncidentFactory)
    linked = run_in_region("jabar", InteractionFactory.create_batch, 4, incident=incident)
    units = run_in_region("jabar", UnitFactory.create_batch, 4)

    def close_and_reopen(interaction):
        def work():
            for _ in range(3):
                close_interaction(
                    interaction_id=interaction.id, outcome="prank", note="", actor=agent
                )
                reopen_interaction(interaction_id=interaction.id, reason="x", actor=agent)

        return work

    def send(unit):
        return lambda: dispatch_unit(
            incident_id=incident.id, unit_code=unit.code, override_reason="", actor=agent
        )

    outcomes = run_at_once("jabar", *map(close_and_reopen, [*closed, *linked]), *map(send, units))

    assert outcomes == [None] * 12
    assert found() is None
    assert run_in_region("jabar", TimelineEntry.objects.count) == 8 * 6 + 4 * 4


@given(
    facts=st.dictionaries(st.text(), st.text() | st.integers() | st.none()),
    other=st.dictionaries(st.text(), st.text() | st.integers() | st.none()),
)
def test_other_facts_have_another_digest(facts, other):
    same = digest_of("", 1, "t", facts) == digest_of("", 1, "t", other)

    assert same == (facts == other)


def test_what_was_there_before_the_chain_is_chained_by_its_migration(history):
    tamper(f"DELETE FROM {AUDIT}")
    for table in (TIMELINE, INCIDENTS):
        tamper(f"UPDATE {table} SET chain_seq = NULL, chain_digest = ''")
    tamper("UPDATE people_chainhead SET seq = 0, digest = ''")
    migration = import_module("interactions.migrations.0007_chain")

    def migrate():
        with connection.schema_editor() as editor:
            migration.chain_what_is_there(apps, editor)

    run_in_region("jabar", migrate)

    assert found() is None
    assert run_in_region("jabar", lambda: ChainHead.objects.get().seq) == 4
