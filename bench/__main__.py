"""`make bench`: every row against its floor, in one run on this machine; exits with 1 when a row does not reach what it must."""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from running import Project

from bench.service import Service, running, write_checklist
from bench.wrk import CONNECTIONS, Load

PROCESSES = "2"
WORKERS = {
    "sync workers": "--worker-class sync",
    "1 thread": "--threads 1",
    "2 threads": "--threads 2",
    "8 threads": "--threads 8",
    "no keep-alive": "--keep-alive 0",
}


@dataclass
class Row:
    """Something to measure, what it is held against, and the least ratio of the two (0: only told)."""

    name: str
    load: Load
    floor: Load
    least: float


def rows_of(service: Service, *, prefix: str = "") -> Iterator[Row]:
    """The rows of one server, each beside its floor. Audits that are written to are not those that are read."""
    audits = service.audits
    half = len(audits) // 2
    reading = Service(service.server, audits[:half], service.project)
    writing = Service(service.server, audits[half:], service.project)
    port = service.server.port

    def floor(size: int, accept: str = "identity") -> Load:
        return Load(port, [f"/audits/floor/bytes/{size}/"], accept=accept)

    edit, view, checklist = "/audits/{edit}/", "/shared/{view}/", "/checklists/celery-tasks/"
    page, shared = (service.size(pattern.format(**audits[0])) for pattern in (edit, view))
    yield Row("audit page", Load(port, reading.paths(edit)), floor(page), 0.5)
    yield Row("shared page", Load(port, reading.paths(view)), floor(shared), 0.5)
    yield Row("audit page, unchanged", Load(port, reading.paths(edit, etags=True)), floor(0), 0.6)
    yield Row(
        "save one answer",
        Load(port, writing.answers("/audits"), "POST"),
        Load(port, writing.answers("/audits/floor/write"), "POST", size=3500),
        0.6,
    )
    yield Row("poll, nothing new", Load(port, reading.paths(edit + "changes", etags=True)), floor(0), 0.6)
    yield Row("checklist page", Load(port, [checklist]), floor(service.size(checklist)), 0.8)
    yield Row("audit page, brotli", Load(port, reading.paths(edit), accept="br"), floor(page, "br"), 0)
    yield Row("checklist page, brotli", Load(port, [checklist], accept="br"), floor(service.size(checklist), "br"), 0)


def measure(rows: list[Row], rounds: int, seconds: int) -> dict[str, list[tuple[float, float]]]:
    """Requests per second of each row and of its floor, round by round; within a round one row follows the other.

    Every other round asks the floor first, so that neither side gains by its turn.
    """
    found: dict[str, list[tuple[float, float]]] = {row.name: [] for row in rows}
    for number in range(rounds):
        for row in rows:
            turns = (row.load, row.floor) if number % 2 else (row.floor, row.load)
            rates = {load.name: load.per_second(seconds) for load in turns}
            found[row.name].append((rates[row.load.name], rates[row.floor.name]))
        print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
    return found


def tell(rows: list[Row], found: dict[str, list[tuple[float, float]]]) -> bool:
    """Print the lines of a table below its head; whether every row reaches what it must. A ratio is the median of the rounds'."""
    print("|---|--:|--:|--:|--:|--:|")
    for row in rows:
        rate, floor = (statistics.median(values) for values in zip(*found[row.name], strict=True))
        spread = f"{min(ratios(found[row.name])):.2f} to {max(ratios(found[row.name])):.2f}"
        ratio = statistics.median(ratios(found[row.name]))
        print(f"| {row.name} | {rate:,.0f} | {floor:,.0f} | {ratio:.2f} | {spread} | {row.least or ''} |")
    return all(statistics.median(ratios(found[row.name])) >= row.least for row in rows)


def ratios(pairs: list[tuple[float, float]]) -> list[float]:
    """One figure against the other, round by round."""
    return [one / other for one, other in pairs]


def pages(arguments: argparse.Namespace) -> bool:
    """The rows at the small number of audits against their floors."""
    with running("celery-tasks", arguments.audits[0], 30, WEB_CONCURRENCY=PROCESSES) as service:
        rows = list(rows_of(service))
        found = measure(rows, arguments.rounds, arguments.seconds)
    print(
        f"\n| {arguments.audits[0]:,} audits | requests/s | floor | ratio | of {arguments.rounds} rounds | must reach |"
    )
    return tell(rows, found)


def many(arguments: argparse.Namespace) -> bool:
    """The rows at the great number of audits against the same at the small one."""
    few, lots = arguments.audits
    with ExitStack() as stack:
        services = [
            stack.enter_context(running("celery-tasks", audits, 30, WEB_CONCURRENCY=PROCESSES))
            for audits in (lots, few)
        ]
        great, small = (list(rows_of(service))[:6] for service in services)
        rows = [Row(row.name, row.load, other.load, 0.9) for row, other in zip(great, small, strict=True)]
        found = measure(rows, arguments.rounds, arguments.seconds)
    print(f"\n| {lots:,} audits | requests/s | at {few:,} | ratio | of {arguments.rounds} rounds | must reach |")
    return tell(rows, found)


def length(arguments: argparse.Namespace) -> bool:
    """The page of 400 items against that of 40."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        loads = []
        for items in (400, 40):
            write_checklist(Path(folder), f"items-{items}", items)
            content = Path(folder) / str(items)
            content.mkdir()
            (Path(folder) / f"items-{items}.yaml").rename(content / f"items-{items}.yaml")
            service = stack.enter_context(
                running(f"items-{items}", 100, items * 3 // 4, content=content, WEB_CONCURRENCY=PROCESSES)
            )
            loads.append(Load(service.server.port, service.paths("/audits/{edit}/")))
        row = Row("audit page of 400 items", *loads, 0.1)
        found = measure([row], arguments.rounds, arguments.seconds)
    print(f"\n| 400 items | requests/s | of 40 items | ratio | of {arguments.rounds} rounds | must reach |")
    return tell([row], found)


def memory(arguments: argparse.Namespace) -> bool:
    """How much the one worker of a server grows from page 2,000 to page 10,000."""
    with running("celery-tasks", arguments.audits[0], 30, WEB_CONCURRENCY="1") as service:
        load = Load(service.server.port, service.paths("/audits/{edit}/"))
        sizes = []
        for pages in (2_000, 10_000):
            while load.sent < pages:
                load.per_second(1)
            sizes.append(_resident(service))
    grown = sizes[1] / sizes[0] - 1
    print(
        f"\nMemory of a worker: {sizes[0] / 1024:.1f} MB after 2,000 pages, {sizes[1] / 1024:.1f} MB after {load.sent:,}: {grown:+.1%}, must stay below +5%"
    )
    return grown < 0.05


def _resident(service: Service) -> int:
    """kB of memory that the worker holds: the youngest process of the server's group that is no other's parent."""
    status = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"PORT={service.server.port}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                status[folder.name] = dict(
                    line.split(":\t", 1) for line in (folder / "status").read_text().splitlines() if ":\t" in line
                )
        except OSError:
            continue
    parents = {found["PPid"] for found in status.values()}
    return max(int(found["VmRSS"].split()[0]) for name, found in status.items() if name not in parents)


def start(arguments: argparse.Namespace) -> bool:
    """A second start, from `prepare` to the first answer, and `load_checklists` with nothing new: seconds, medians of the rounds."""
    with tempfile.TemporaryDirectory() as folder, Project.copied_to(Path(folder)) as project:
        project.manage("prepare")
        starts, loads = [], []
        for _ in range(arguments.rounds):
            begun = time.perf_counter()
            project.manage("prepare")
            with project.serving():
                starts.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            project.manage("load_checklists")
            loads.append(time.perf_counter() - begun)
    first, loaded = statistics.median(starts), statistics.median(loads)
    print(
        f"\nSecond start to first answer: {first:.1f} s, must stay below 3; nothing new to load: {loaded:.1f} s, must stay below 1"
    )
    return first < 3 and loaded < 1


def workers(arguments: argparse.Namespace) -> bool:
    """Other ways for gunicorn to work than that of gunicorn.conf.py, against it. Held to nothing: this is how it was chosen."""
    loads = {}
    with ExitStack() as stack:
        for name, options in {"as shipped": "", **WORKERS}.items():
            environment = {"GUNICORN_CMD_ARGS": options} if options else {}
            service = stack.enter_context(running("celery-tasks", 200, 30, WEB_CONCURRENCY=PROCESSES, **environment))
            loads[name] = Load(service.server.port, service.paths("/audits/{edit}/"))
        rows = [Row(name, loads[name], loads["as shipped"], 0) for name in WORKERS]
        found = measure(rows, arguments.rounds, arguments.seconds)
    print(f"\n| audit page | requests/s | as shipped | ratio | of {arguments.rounds} rounds | must reach |")
    return tell(rows, found)


PARTS = {"pages": pages, "many": many, "length": length, "memory": memory, "start": start}
OTHERS = {"workers": workers}


def main() -> int:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "parts",
        nargs="*",
        default=list(PARTS),
        metavar="PART",
        help=f"{', '.join(PARTS)} (all when none is named); workers",
    )
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=int, default=2, help="per row, round and side")
    parser.add_argument("--audits", type=int, nargs=2, default=[1_000, 100_000], metavar=("FEW", "MANY"))
    arguments = parser.parse_args()
    print(
        f"{platform.platform()}, {os.cpu_count()} processors, Python {platform.python_version()}; {CONNECTIONS} connections, {PROCESSES} processes of gunicorn"
    )
    known = PARTS | OTHERS
    if unknown := set(arguments.parts) - set(known):
        parser.error(f"no part is named {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    held = [known[part](arguments) for part in arguments.parts]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
