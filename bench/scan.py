"""`make scan-bench`: how many of the tasks in five public projects the finder finds, and how quickly, beside celery-audit.

The projects are wheels that pip downloads (kept under var/scan-bench/). What is true of them stands in `bench/scan-truth/`: one line of JSON per task definition.
Ends with 1 when recall or precision misses its goal.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from celery_audit.loader.tasks import scan_tree

from checklist.scan.finder import Found, find

ROOT = Path(__file__).resolve().parents[1]
TRUTH = ROOT / "bench/scan-truth"
WHEELS = ROOT / "var/scan-bench"
# pip takes no wheel of a Python that is not its own unless it is told which one it is for.
OLDER = {"sentry": ["--python-version", "3.8"]}

Place = tuple[str, int]


@dataclass
class Measured:
    """One project: the definitions that are true, those that were found, and the same of celery-audit; `seconds` for `files` files."""

    name: str
    files: int
    true: set[Place]
    found: set[Place]
    theirs: set[Place]
    seconds: float
    options: tuple[int, int]

    def line(self) -> str:
        """The line of the table."""
        share, theirs = recall(self.true, self.found), recall(self.true, self.theirs)
        return (
            f"| {self.name} | {len(self.true)} | {share:.1%} | {precision(self.true, self.found):.1%} | {theirs:.1%} "
            f"| {precision(self.true, self.theirs):.1%} | {self.options[0]} of {self.options[1]} | {self.files:,} | {self.files / self.seconds:,.0f} |"
        )


def recall(true: set[Place], found: set[Place]) -> float:
    """How much of what is true was found."""
    return len(true & found) / len(true) if true else 1.0


def precision(true: set[Place], found: set[Place]) -> float:
    """How much of what was found is true."""
    return len(true & found) / len(found) if found else 1.0


def wheel_of(name: str, entry: dict[str, str]) -> Path:
    """The wheel of a project, downloaded when it is not there. Ends the program when its hash is another one than that of the manifest."""
    wheel = WHEELS / entry["wheel"]
    if not wheel.exists():
        WHEELS.mkdir(parents=True, exist_ok=True)
        project, version = entry["source"].removeprefix("pypi:").split(" ")[:2]
        print(f"downloading {project} {version}", file=sys.stderr)
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--dest",
            str(WHEELS),
        ]
        subprocess.run([*command, *OLDER.get(name, []), f"{project}=={version}"], check=True, stderr=subprocess.DEVNULL)
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != entry["sha256"]:
        sys.exit(f"{wheel} has the hash {found}, not {entry['sha256']}: delete it and try again")
    return wheel


def sources(wheel: Path) -> dict[str, bytes]:
    """The Python files of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in sorted(archive.namelist()) if name.endswith(".py")}


def truth(name: str) -> dict[Place, dict[str, object]]:
    """What is true of a project, by path and line."""
    lines = (TRUTH / f"{name}.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    return {(record["path"], record["line"]): record for record in records if not record.get("dead")}


def theirs(files: dict[str, bytes]) -> set[Place]:
    """What celery-audit takes for tasks in the same files."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return {
            (task.location.file, _def_line(files, task.location.file, task.location.line))
            for task in scan_tree(Path(folder)).tasks
        }


def _def_line(files: dict[str, bytes], path: str, line: int) -> int:
    """celery-audit may name the line of a decorator: the line of the `def` or `class` below it."""
    lines = files[path].decode(errors="replace").splitlines()
    below = (
        number
        for number in range(line, len(lines) + 1)
        if lines[number - 1].lstrip().startswith(("def ", "async def ", "class "))
    )
    return next(below, line)


def measure(name: str, entry: dict[str, str]) -> tuple[Measured, Found]:
    """Scan one project."""
    files, true = sources(wheel_of(name, entry)), truth(name)
    begun = time.process_time()
    found = find(files)
    seconds = time.process_time() - begun
    tasks = {(task.path, task.line): task for task in found.tasks}
    complete = sum(set(true[place]["options"]) <= set(tasks[place].options) for place in true.keys() & tasks.keys())  # type: ignore[call-overload]
    return Measured(name, len(files), set(true), set(tasks), theirs(files), seconds, (complete, len(true))), found


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="make scan-bench", description=__doc__)
    parser.add_argument("projects", nargs="*", help="only these")
    parser.add_argument("--rules", action="store_true", help="also how often each rule answers what")
    arguments = parser.parse_args()
    manifest = json.loads((TRUTH / "MANIFEST.json").read_text())
    if unknown := set(arguments.projects) - set(manifest):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(manifest)}")
    os.environ.pop("PYTHONWARNINGS", None)
    print(
        "| project | tasks | recall | precision | celery-audit: recall | precision | options complete | files | files per second |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    every, answers = [], Counter[tuple[str, str]]()
    for name in arguments.projects or manifest:
        measured, found = measure(name, manifest[name])
        every.append(measured)
        print(measured.line(), flush=True)
        if arguments.rules:
            answers.update(answers_of(found))
    pooled = Measured(
        "all",
        sum(each.files for each in every),
        {(each.name + path, line) for each in every for path, line in each.true},
        {(each.name + path, line) for each in every for path, line in each.found},
        {(each.name + path, line) for each in every for path, line in each.theirs},
        sum(each.seconds for each in every),
        (sum(each.options[0] for each in every), sum(each.options[1] for each in every)),
    )
    print(pooled.line())
    for each in every:
        for what, places in (("missed", each.true - each.found), ("not a task", each.found - each.true)):
            for path, line in sorted(places):
                print(f"{what}: {each.name} {path}:{line}")
    if arguments.rules:
        tell_rules(answers)
    held = recall(pooled.true, pooled.found) >= 0.99 and precision(pooled.true, pooled.found) >= 0.99
    return 0 if held and all(recall(each.true, each.found) >= 0.98 for each in every) else 1


def answers_of(found: Found) -> Counter[tuple[str, str]]:
    """How often each rule gives each kind of answer for the tasks of a scan."""
    from checklist.scan.rules import RULES
    from checklist.scan.subject import Subject

    answers = Counter[tuple[str, str]]()
    for declaration in found.declarations:
        subject = Subject(declaration, found)
        for name, rule in RULES.items():
            finding = rule.decide(subject)
            answers[name, f"suggests {finding.suggests}" if finding.suggests else str(finding.kind)] += 1
    return answers


def tell_rules(answers: Counter[tuple[str, str]]) -> None:
    """Print how often each rule answered what."""
    kinds = ["suggests fail", "suggests pass", "suggests na", "looked and not found", "cannot tell"]
    print(f"\n| rule | {' | '.join(kinds)} |\n|---|{'--:|' * len(kinds)}")
    for name in sorted({name for name, _ in answers}):
        print(f"| {name} | {' | '.join(str(answers[name, kind]) for kind in kinds)} |")


if __name__ == "__main__":
    sys.exit(main())
