"""Workers that are killed at any moment, against a stand-in that fails and drops its replies."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from complaints.models import DumasLink, Escalation, EscalationAttempt
from regions.context import run_in_region
from tests.complaints.dumas_process import ROOT, SandboxProcess, eventually
from tests.complaints.factories import EscalationFactory

SLUG, REPORTS = "jabar", 8
# A delivery takes 0.1 s here: before, while and after Dumas Presisi does its work.
MOMENTS = (0.04, 0.17, 0.31, 0.48)
WORK = """
import django; django.setup()
from complaints.services.deliver import deliver_next
from regions.context import run_in_region
print("works", flush=True)
while True:
    run_in_region("jabar", deliver_next)
"""


def worker(database, url):
    """Start a process that does nothing but deliver; returns once it works."""
    environment = os.environ | {
        "DATABASE_URL": make_conninfo(os.environ["DATABASE_URL"], dbname=database),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DUMAS_URL": url,
        "LOG_LEVEL": "CRITICAL",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", WORK], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "works\n"
    return process


def kill(process):
    process.kill()
    process.wait()
    process.stdout.close()


def let_time_pass():
    """Let waits and leases end now, as they would by themselves within seconds."""
    past = timezone.now() - timedelta(seconds=1)
    pending = Escalation.objects.filter(state="pending")
    pending.update(next_attempt_at=past)
    pending.exclude(lease=None).update(leased_until=past)
    DumasLink.objects.update(failures=0, opened_at=None)


def left():
    let_time_pass()
    return Escalation.objects.exclude(state="delivered").count()


def test_each_report_arrives_once_however_many_workers_are_killed(committed, tmp_path):
    faults = {"fail_rate": 0.3, "drop_reply_rate": 0.2, "latency_ms": 100}
    with SandboxProcess(tmp_path / "dumas.sqlite", **faults) as dumas:
        process = worker(committed, dumas.url)
        for moment in MOMENTS:
            run_in_region(SLUG, EscalationFactory.create_batch, REPORTS)
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(timeout=moment)
            kill(process)
            run_in_region(SLUG, let_time_pass)
            process = worker(committed, dumas.url)
        try:
            eventually(lambda: not run_in_region(SLUG, left), seconds=60)
        finally:
            kill(process)

        reports = sorted(dumas.reports())

    delivered = Escalation.objects.filter(state="delivered")
    known = run_in_region(SLUG, lambda: list(delivered.values_list("key", "dumas_number")))
    assert reports == sorted((str(key), number) for key, number in known)
    assert len(reports) == REPORTS * len(MOMENTS)
    interrupted = EscalationAttempt.objects.filter(outcome="interrupted")
    assert run_in_region(SLUG, interrupted.count), "no kill has hit a delivery"
