"""The rule about work that is worthless when late: whether `expires` ends it, in schedules and at calls."""

from __future__ import annotations

import math

from checklist.scan.found import Evidence, Finding, Option
from checklist.scan.rules.parts.misplaced import misplaced
from checklist.scan.rules.parts.numbers import is_number
from checklist.scan.rules.parts.schedule_entries import Entry, entries
from checklist.scan.rules.parts.sends import handed_on, not_followed, production_calls, sends, where_looked
from checklist.scan.rules.parts.wording import counted, duration, listed, place, unique, unread
from checklist.scan.rules.registry import cannot_tell, fails, not_found, passes, rule
from checklist.scan.subject import Subject


@rule("expires")
def expires(subject: Subject) -> Finding:
    """Frequent schedule entries of the task that pile up in an outage, and `expires` where Celery does not see it."""
    if unseen := misplaced(subject, {"expires"}):
        return fails(listed(text for text, _ in unseen), *unique(line for _, line in unseen))
    option, planned = subject.option("expires"), entries(subject)
    if late := [text for each in planned if (text := _outlives(each, option, subject))]:
        return fails(listed(text for text, _ in late), *unique(line for _, lines in late for line in lines))
    if option.is_written and option.place and option.value is not None:
        return passes(f"`expires={option.source}`, {option.said()}", option.place)
    expiries = [(each, *each.expires(subject.project)) for each in planned]
    if any(line is None for _, line, _ in expiries):
        return _without([(each, is_whole) for each, line, is_whole in expiries if line is None], option, subject)
    if planned:
        return passes("each schedule entry has `expires`", *unique(line for _, line, _ in expiries if line))
    return _at_calls(subject)


def _outlives(entry: Entry, option: Option, subject: Subject) -> tuple[str, tuple[Evidence, ...]] | None:
    """That a run still waits when the next ones are sent, with the lines: its `expires`, or else the task's, is longer than the period."""
    line, is_whole = entry.expires(subject.project)
    period, lifetime = entry.period(subject.project), entry.lifetime(subject.project)
    if line is None and is_whole and option.is_known and option.place and is_number(option.value):
        line, lifetime = option.place, float(option.value)
    if line is None or period is None or lifetime is None or not 0 < period < lifetime:
        return None
    text = f"runs {_every(period)} and expires after {duration(lifetime)} only, {place(line, subject.module.path)}"
    return f"{text}: up to {math.ceil(lifetime / period):,} runs wait at once", (entry.evidence, line)


def _without(open_ended: list[tuple[Entry, bool]], option: Option, subject: Subject) -> Finding:
    """What there is to say of schedule entries without `expires`, each with whether all of it was read."""
    lines = unique(each.evidence for each, _ in open_ended)
    if why := unread(option):
        return cannot_tell(f"the schedule entry has no `expires`, but {why}", *lines)
    frequent = [each for each, is_whole in open_ended if is_whole and _is_frequent(each, subject)]
    if frequent:
        texts = [_open_ended(each, subject) for each in frequent]
        return fails(listed(texts), *unique(each.evidence for each in frequent))
    return cannot_tell("scheduled without `expires`; whether a late run is worthless, the source does not say", *lines)


def _is_frequent(entry: Entry, subject: Subject) -> bool:
    period = entry.period(subject.project)
    return period is not None and period <= 3600


def _open_ended(entry: Entry, subject: Subject) -> str:
    every = _every(entry.period(subject.project) or 0)
    return f"runs {every} without `expires`, {place(entry.evidence, subject.module.path)}"


def _every(period: float) -> str:
    return f"every {duration(period).removeprefix('1 ')}"


def _at_calls(subject: Subject) -> Finding:
    every, elsewhere = sends(subject), handed_on(subject)
    found = [send.call.module.evidence(node) for send in every if (node := send.keyword("expires"))]
    if found and len(found) < len(every):
        return cannot_tell(f"`expires` at {len(found)} of {counted(len(every), 'call')}", *unique(found))
    if found and (elsewhere or len(every) < len(production_calls(subject))):
        said = not_followed(subject, elsewhere) or "; other uses of it were not followed"
        return cannot_tell(f"`expires` at {counted(len(found), 'call')}{said}", *unique(found))
    if found:
        return passes(f"`expires` at {counted(len(found), 'call')}", *unique(found))
    looked = f"no schedule entry of it; {where_looked(subject)}, none with `expires`"
    return not_found(looked + not_followed(subject, elsewhere))
