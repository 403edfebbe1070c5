"""The stand-in for Dumas Presisi: `manage.py dumas_sandbox`, without a database or a setting."""

import argparse
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from complaints.dumas import signatures
from complaints.dumas.sandbox.callbacks import CallbackSender, Home
from complaints.dumas.sandbox.faults import Faults
from complaints.dumas.sandbox.server import SandboxServer
from complaints.dumas.sandbox.store import Store

SIGNING_VARIABLE = "DUMAS_SECRET"


def main(argv: Sequence[str]) -> int:
    """Serve until SIGTERM or SIGINT; return the exit code."""
    options = _parser().parse_args(argv)
    try:
        home = _home(options)
    except ValueError as error:
        return _complain(str(error))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())

    try:
        store = Store(options.store)
    except (OSError, sqlite3.Error) as error:
        return _complain(f"--store {options.store}: {getattr(error, 'strerror', error)}")
    faults = Faults(
        fail_rate=options.fail_rate,
        drop_reply_rate=options.drop_reply_rate,
        hang_rate=options.hang_rate,
        latency=timedelta(milliseconds=options.latency_ms),
        seed=options.seed,
    )
    sender = CallbackSender(store, home=home, decide_after=options.decide_after_s, stop=stop)
    try:
        server = SandboxServer(options.port, store=store, faults=faults, sender=sender, stop=stop)
    except OSError as error:
        return _complain(f"--port {options.port}: {error.strerror}")
    with server:
        sender.start()
        threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
        sys.stdout.write(f"dumas sandbox on http://127.0.0.1:{server.server_port}\n")
        sys.stdout.flush()
        stop.wait()
        server.shutdown()
    sender.join(timeout=2)
    return 1 if sender.crashed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="manage.py dumas_sandbox",
        description="Answer like Dumas Presisi on 127.0.0.1, and fail like it where asked to.",
        epilog=f"Callbacks are signed with the secret in {SIGNING_VARIABLE} (whsec_...).",
    )
    parser.add_argument("--port", type=int, required=True, help="0 takes any free one")
    parser.add_argument("--store", type=Path, required=True, help="SQLite file, made where missing")
    parser.add_argument("--fail-rate", type=_ratio, default=0.0, help="fails before the work")
    parser.add_argument("--drop-reply-rate", type=_ratio, default=0.0, help="cuts after the work")
    parser.add_argument("--hang-rate", type=_ratio, default=0.0, help="never answers")
    parser.add_argument(
        "--latency-ms", type=int, default=0, help="half before, half after the work"
    )
    parser.add_argument("--seed", type=int, help="the same faults again, request by request")
    parser.add_argument("--callback-url", help="where every status is posted")
    parser.add_argument("--domain", default="localhost", help="callbacks go to the host REGION.it")
    parser.add_argument("--decide-after-s", type=float, help="decides each report by itself")
    return parser


def _ratio(text: str) -> float:
    ratio = float(text)
    if not 0 <= ratio <= 1:
        raise argparse.ArgumentTypeError("a rate lies within 0 to 1")
    return ratio


def _home(options: argparse.Namespace) -> Home | None:
    if options.callback_url is None:
        return None
    secret = os.environ.get(SIGNING_VARIABLE, "")
    try:
        signatures.check_secret(secret)
    except ValueError as error:
        raise ValueError(f"{SIGNING_VARIABLE} {error}") from None
    return Home(url=options.callback_url, domain=options.domain, secret=secret)


def _complain(line: str) -> int:
    sys.stderr.write(f"dumas_sandbox: {line}\n")
    return 2
