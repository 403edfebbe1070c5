"""Alerts: numbered without gaps, kept for a week, read by page."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django_tenants.utils import tenant_context

from interactions.models import Alert, AlertHead
from interactions.queries import alerts_span
from interactions.services.alerts import NewAlert, append_alerts, forget_old_alerts
from interactions.services.intake import read_delivery, record_events
from regions.models import Region
from tests.factories import NOON, offered


def append(count, at=NOON):
    return append_alerts([NewAlert("agent.status", {"agent": {}})] * count, at=at)


def seqs():
    return list(Alert.objects.order_by("seq").values_list("seq", flat=True))


def test_numbers_start_at_one_without_gaps(jabar):
    append(2)
    append(1)

    assert seqs() == [1, 2, 3]


def test_a_roll_back_gives_its_numbers_back(jabar):
    with transaction.atomic():
        append(5)
        transaction.set_rollback(True)
    append(1)

    assert seqs() == [1]


def test_alerts_outside_of_a_transaction_are_refused(committed):
    with (
        tenant_context(Region.objects.get(slug="jabar")),
        pytest.raises(transaction.TransactionManagementError),
    ):
        append(1)


def test_writers_at_once_leave_no_gap(committed):
    region = Region.objects.get(slug="jabar")
    barrier = threading.Barrier(8)

    def write(writer):
        try:
            with tenant_context(region):
                connection.ensure_connection()
                barrier.wait(30)
                for number in range(5):
                    event = offered(f"{writer}-{number}")
                    record_events(read_delivery([event], pointers=["#"]))
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=[writer]) for writer in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    with tenant_context(region):
        assert seqs() == list(range(1, 41))
        assert AlertHead.objects.get().seq == 40


def test_alerts_are_forgotten_after_seven_days_and_numbers_go_on(jabar):
    append(3, at=NOON - timedelta(days=7, seconds=1))
    append(1, at=NOON - timedelta(days=6))

    assert forget_old_alerts(now=NOON) == 3
    assert append(1) == 5
    assert (alerts_span().oldest_kept, alerts_span().newest) == (4, 5)


def test_two_regions_count_apart(jabar, diy):
    append(3)
    with tenant_context(diy):
        append(1)

        assert seqs() == [1]
