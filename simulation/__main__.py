"""Plays calls against a running portal, as a switch would: invented ones, or a recorded log."""

import argparse
import os
import secrets
import signal
import sys
import threading
from pathlib import Path

from simulation.calls import Inventor, Shares
from simulation.gates import Gate, NoGate, headquarters, named_gate, running_gates
from simulation.line import Line, Tally
from simulation.player import Player
from simulation.recorded import (
    RecordedCall,
    Unreadable,
    is_csv,
    recorded_calls,
    recorded_events,
)

ABOUT = """\
Without --answer the calls ring for the people at the desk. Who claims one there answers it: the
simulation reports so within a second, and hangs up after a talk. A call that nobody takes is
abandoned when its caller loses patience (median 45 s). With --answer the demo's agents answer after
7 s (median) and talk for 110 s (median), and nobody needs to be there.

When the time is up, or at Ctrl-C, calls that still ring or talk are ended; a second Ctrl-C leaves
at once. All events carry the source /simulation/RUN. The last line counts them: sent, accepted,
duplicates, refused. An outage only delays.
Recorded events keep their source and id, and get the time at which they are played. Ends with
0, 1 where events were refused or unsent, 2 where there is no portal.
"""


DEFAULT = Shares()


def main() -> int:
    """Play what was asked for and print what became of it."""
    options = _options()
    stop = threading.Event()

    def asked_to_stop(_number: int, _frame: object) -> None:
        if stop.is_set():
            sys.exit(130)
        stop.set()

    signal.signal(signal.SIGINT, asked_to_stop)
    signal.signal(signal.SIGTERM, asked_to_stop)
    tally = Tally()
    try:
        gates = _gates(options)
        player = Player(
            options.run,
            options.speed,
            stop.is_set,
            watches_desk=not options.answer and len(gates) == 1 and bool(gates[0].desk_token),
        )
        lines = [Line(gate, tally, stop.is_set) for gate in gates]
        seconds = None if options.replay else options.minutes * 60
        _plan(player, lines, options)
        player.play(seconds)
    except (NoGate, Unreadable) as error:
        print(f"script/simulate: {error}", file=sys.stderr)  # noqa: T201
        return 2
    unsent = f" unsent {tally.unsent}" if tally.unsent else ""
    print(  # noqa: T201
        f"sent {tally.sent} accepted {tally.accepted} duplicates {tally.duplicates}"
        f" refused {tally.refused}{unsent} run {options.run}"
    )
    return 1 if tally.refused or tally.unsent else 0


def _plan(player: Player, lines: list[Line], options: argparse.Namespace) -> None:
    if options.replay and not is_csv(options.replay):
        for at, event in recorded_events(options.replay):
            player.add_event(at, event, lines[0])
        return
    centres = headquarters()
    shares = Shares(options.abandoned, options.busy, options.nuisance)
    log = recorded_calls(options.replay, most=options.calls) if options.replay else []
    for line in lines:
        slug = line.gate.slug
        inventor = Inventor(
            f"{options.seed}-{slug}",
            shares,
            agents=line.gate.agents if options.answer else (),
        )
        homes = [slug] if slug in centres else list(centres)  # headquarters: each in turn
        for number, (at, recorded) in enumerate(_arrivals(inventor, log, options)):
            home = homes[number % len(homes)]
            centre = centres[home]
            place = recorded.around(centre) if recorded else inventor.near(centre)
            queue = recorded.queue if recorded else "110"
            player.add_call(inventor.call(number, at, place, trunk=home, queue=queue), line)


def _arrivals(
    inventor: Inventor, log: list[RecordedCall], options: argparse.Namespace
) -> list[tuple[float, RecordedCall | None]]:
    """Return when each call rings, in seconds before they are made faster, and its row of a log."""
    if options.replay:
        return [(recorded.at_seconds, recorded) for recorded in log]
    count = options.calls or max(1, round(options.rate * options.minutes * 60))
    seconds = options.minutes * 60 * options.speed
    return [(at, None) for at in inventor.arrivals(count, seconds)]


def _gates(options: argparse.Namespace) -> list[Gate]:
    if options.url:
        key = options.key or os.environ.get("PORTAL_TELEPHONY_KEY", "")
        agents = tuple(filter(None, options.agents.split(",")))
        slug = options.region or "jabar"
        return [named_gate(options.url, host=options.host, key=key, slug=slug, agents=agents)]
    return running_gates(None if options.all_regions else [options.region or "jabar"])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="script/simulate",
        description=__doc__,
        epilog=ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--region", help="the Polda that is called (default jabar), or nasional for headquarters")
    add("--all-regions", action="store_true", help="each region gets calls at this rate")
    add("--rate", type=_positive, default=0.1, help="calls per second (default 0.1)")
    add("--minutes", type=_positive, default=5.0, help="how long (default 5)")
    add("--calls", type=_count, help="just so many calls in that time; for a CSV, its first ones")
    add("--answer", action="store_true", help="the demo's agents answer; by default people do")
    add("--agents", default="agent1,agent2", help="who answers with --url and --answer")
    add("--abandoned", type=_share, default=DEFAULT.abandoned, help="share that gives up")
    add("--busy", type=_share, default=DEFAULT.busy, help="share that finds no line")
    add("--nuisance", type=_share, default=DEFAULT.nuisance, help="share that rings under 5 s")
    add("--seed", default="110", help="the same seed invents the same calls")
    add("--run", default=secrets.token_hex(4), help="part of every id: a run twice is duplicates")
    add("--replay", type=Path, metavar="FILE", help="JSON lines of CloudEvents, or a CSV; .gz too")
    add("--speed", type=_positive, default=1.0, help="so many times faster (--replay: 60, say)")
    add("--url", help="another portal than the one that runs here, like http://HOST:PORT")
    add("--host", help="the Host to send with --url")
    add("--key", help="the telephony key for --url; better PORTAL_TELEPHONY_KEY")
    options = parser.parse_args()
    if options.replay and not options.replay.is_file():
        parser.error(f"--replay: {options.replay} is not there")
    if options.abandoned + options.busy + options.nuisance > 1:
        parser.error("--abandoned, --busy and --nuisance together are more than 1")
    return options


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError
    return value


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise ValueError
    return value


if __name__ == "__main__":
    sys.exit(main())
