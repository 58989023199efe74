"""A campaign: reviewers change answers through a bad network while the server is killed again and again, then the count.

`make chaos` runs one on each database and prints the figures; ARGS="--changes 500 --kills 5 --databases sqlite" makes it short. It
uses loopback only, and ends by itself: after that many changes, or with an error after `--seconds`. The seed fixes what everybody
wants to do and what the network does to the n-th request, not how the threads of it interleave.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from chaos.client import items_of, new_audit
from chaos.durability import compare
from chaos.inspection import Findings, contradictions, inspect, read
from chaos.ledger import Ledger
from chaos.proxy import FATES, Proxy
from chaos.reviewer import PlainClient, Reviewer
from chaos.service import DATABASES, Service, prepared_project
from chaos.writers import write_at_once

REVIEWERS = 10  # keep a base; half of their items are everybody's
PLAIN_CLIENTS = 2  # have items of their own
AUDITS = 4
SHARED_ITEMS = 6  # of each audit
OWN_ITEMS = 2  # of each audit, for each client


@dataclass(frozen=True)
class Plan:
    """How long a campaign is: acknowledged changes, kills, and the seconds after which it is given up."""

    changes: int
    kills: int
    seconds: float
    seed: int = 1


@dataclass
class Result:
    """What came of it."""

    findings: Findings
    ledger: Ledger
    network: Counter[str]
    kills: int = 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The figures, to print."""
        counts, found = self.ledger.counts, self.findings
        changes = (
            f"{counts['acknowledged']} changes acknowledged as written, {self.kills} kills, {self.seconds:.0f} s"
            f" ({counts['overtaken']} more were acknowledged because the value, or a newer one, was there already)"
        )
        requests = (
            f"{counts['sent']} requests sent, {counts['without an answer']} of them without an answer,"
            f" {counts['conflicts']} conflicts, {counts['looked']} looks at what others did"
        )
        network = "the network: " + ", ".join(f"{self.network[fate]} {fate}" for fate in (*FATES, "delivered late"))
        verdict = (
            f"{len(found.lost)} lost, {len(found.undone)} undone, {len(found.half_written)} half written,"
            f" {len(self.problems)} other problems"
        )
        wrong = [*found.lost[:5], *found.undone[:5], *found.half_written[:5], *self.problems[:5]]
        return [changes, requests, network, verdict, *wrong]

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong."""
        found = self.findings
        return not (found.lost or found.undone or found.half_written or self.problems)


def run(service: Service, plan: Plan) -> Result:
    """Carry out `plan` on a server that runs; it runs afterwards, too."""
    started, ledger, is_over = time.monotonic(), Ledger(), threading.Event()
    audits = [new_audit(service.port, number) for number in range(AUDITS)]
    proxy = Proxy(service.port, plan.seed)
    proxy.start()
    clients = _clients(proxy.port, ledger, audits, items_of(service.port, audits[0]), plan.seed, is_over)
    try:
        for client in clients:
            client.start()
        kills = _kill_now_and_then(service, ledger, clients, plan)
    finally:
        is_over.set()
    for client in clients:
        client.join(60)
    proxy.stop()
    for client in clients:
        if client.is_alive():
            ledger.complain(f"{client.name} did not come to an end")
    ledger.problems += service.errors()
    stored = read(service.project)
    findings = inspect(stored, ledger, audits)
    for audit in audits:
        findings.half_written += contradictions(audit, stored, service.port)
    return Result(findings, ledger, proxy.counts, kills, time.monotonic() - started, ledger.problems)


def _clients(
    port: int, ledger: Ledger, audits: list[str], items: list[str], seed: int, is_over: threading.Event
) -> list[Reviewer]:
    """Everybody, each with the items of its own, and those that the reviewers share."""
    shared, private = items[:SHARED_ITEMS], items[SHARED_ITEMS:]
    clients: list[Reviewer] = []
    for number in range(REVIEWERS + PLAIN_CLIENTS):
        own = private[number * OWN_ITEMS : (number + 1) * OWN_ITEMS]
        assert len(own) == OWN_ITEMS, "the checklist has too few items for so many clients"
        kind = Reviewer if number < REVIEWERS else PlainClient
        slugs = [*own, *shared] if kind is Reviewer else own
        pairs = [(audit, slug) for audit in audits for slug in slugs]
        clients.append(kind(number, port, ledger, pairs, seed, is_over))
    return clients


def _kill_now_and_then(service: Service, ledger: Ledger, clients: list[Reviewer], plan: Plan) -> int:
    """Kill and restart at random counts of acknowledged changes; returns how often, when there are enough changes."""
    chance = random.Random(plan.seed)
    moments = sorted(chance.sample(range(1, plan.changes), plan.kills))
    deadline = time.monotonic() + plan.seconds
    for kills, moment in enumerate([*moments, plan.changes]):
        while ledger.counts["acknowledged"] < moment:
            if time.monotonic() > deadline or not any(client.is_alive() for client in clients):
                ledger.complain(f"given up after {plan.seconds:.0f} s, or everybody went away")
                return kills
            time.sleep(0.002)
        if moment < plan.changes:
            _kill_and_restart(service, chance)
    return plan.kills


def _kill_and_restart(service: Service, chance: random.Random) -> None:
    time.sleep(chance.uniform(0, 0.05))
    service.kill()
    time.sleep(chance.uniform(0, 0.2))
    service.start()


def main() -> int:
    """Run campaigns as the arguments say, and print the figures: 0 when nothing is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=1200, help="when to give up, for each database")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--writers", type=float, default=30, help="for how many seconds 16 writers write to SQLite at once"
    )
    parser.add_argument("--durability", type=float, default=20, help="for how many seconds each setting is measured")
    parser.add_argument("--databases", nargs="+", default=DATABASES, choices=DATABASES)
    arguments = parser.parse_args()
    # So that everything is cleaned up when the campaign is ended from outside.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    results = [_report_on(database, arguments) for database in arguments.databases]
    return 0 if all(results) else 1


def _report_on(database: str, arguments: argparse.Namespace) -> bool:
    """Print all figures of one database; whether nothing is wrong."""
    plan = Plan(arguments.changes, arguments.kills, arguments.seconds, arguments.seed)
    print(f"{database}, seed {plan.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="chaos") as folder, prepared_project(database, Path(folder)) as project:
        with Service(project).running() as service:
            result = run(service, plan)
            print(*result.lines(), sep="\n", flush=True)
            is_good = result.is_good
            if database == "sqlite" and arguments.writers:
                is_good = _report_on_writers(service, arguments.writers) and is_good
        if arguments.durability:
            print(compare(project, arguments.durability))
    print(flush=True)
    return is_good


def _report_on_writers(service: Service, seconds: float) -> bool:
    written = write_at_once(service.port, new_audit(service.port), seconds)
    print(written, *service.errors()[:5], sep="\n", flush=True)
    return not (written.errors or service.errors())


if __name__ == "__main__":
    sys.exit(main())
