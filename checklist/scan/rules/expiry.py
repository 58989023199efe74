"""The rule about work that is worthless when late: whether `expires` ends it, in schedules and at calls."""

from __future__ import annotations

import math

from checklist.scan.found import Evidence, Finding, Option
from checklist.scan.rules.parts.misplaced import misplaced
from checklist.scan.rules.parts.numbers import is_none, is_number
from checklist.scan.rules.parts.schedule_entries import Entry, Expiry, entries
from checklist.scan.rules.parts.sends import handed_on, not_followed, production_calls, sends, where_looked
from checklist.scan.rules.parts.wording import counted, duration, listed, place, unique, unread
from checklist.scan.rules.registry import cannot_tell, fails, not_found, passes, rule
from checklist.scan.subject import Subject


@rule("expires")
def expires(subject: Subject) -> Finding:
    """Frequent schedule entries of the task that pile up in an outage, and `expires` where Celery does not see it."""
    if unseen := misplaced(subject, {"expires"}):
        return fails(listed(text for text, _ in unseen), *unique(line for _, line in unseen))
    option = subject.option("expires")
    planned = [(entry, entry.expiry(subject.project)) for entry in entries(subject)]
    if late := [text for each in planned if (text := _outlives(*each, option, subject))]:
        return fails(listed(text for text, _ in late), *unique(line for _, lines in late for line in lines))
    is_own = option.is_written and option.place and option.value is not None
    if option.place and is_own and not any(expiry.is_off for _, expiry in planned):
        return passes(f"`expires={option.source}`, {option.said()}", option.place)
    if open_ended := [
        (entry, expiry) for entry, expiry in planned if not (expiry.is_set or (is_own and not expiry.is_off))
    ]:
        return _without(open_ended, option, subject)
    if planned:
        return passes("each schedule entry has `expires`", *unique(each.line for _, each in planned if each.line))
    return _at_calls(subject)


def _outlives(
    entry: Entry, expiry: Expiry, option: Option, subject: Subject
) -> tuple[str, tuple[Evidence, ...]] | None:
    """That a run still waits when the next ones are sent, with the lines: its `expires`, or else the task's, is longer than the period."""
    line, period, lifetime = expiry.line, entry.period(subject.project), expiry.seconds
    if line is None and expiry.is_whole and option.is_known and option.place and is_number(option.value):
        line, lifetime = option.place, float(option.value)
    if line is None or period is None or lifetime is None or not 0 < period < lifetime:
        return None
    text = f"runs {_every(period)} and expires after {duration(lifetime)} only, {place(line, subject.module.path)}"
    return f"{text}: up to {math.ceil(lifetime / period):,} runs wait at once", (entry.evidence, line)


def _without(open_ended: list[tuple[Entry, Expiry]], option: Option, subject: Subject) -> Finding:
    """What there is to say of schedule entries without `expires`."""
    lines = unique(each.evidence for each, _ in open_ended)
    if why := unread(option):
        open_ended = [each for each in open_ended if each[1].is_off]
        if not open_ended:
            return cannot_tell(f"the schedule entry has no `expires`, but {why}", *lines)
    frequent = [each for each in open_ended if each[1].is_whole and _is_frequent(each[0], subject)]
    if frequent:
        texts = [_open_ended(*each, subject) for each in frequent]
        return fails(listed(texts), *unique(each.evidence for each, _ in frequent))
    return cannot_tell("scheduled without `expires`; whether a late run is worthless, the source does not say", *lines)


def _is_frequent(entry: Entry, subject: Subject) -> bool:
    period = entry.period(subject.project)
    return period is not None and period <= 3600


def _open_ended(entry: Entry, expiry: Expiry, subject: Subject) -> str:
    every = _every(entry.period(subject.project) or 0)
    how = "with `expires` set to `None`" if expiry.is_off else "without `expires`"
    return f"runs {every} {how}, {place(entry.evidence, subject.module.path)}"


def _every(period: float) -> str:
    return f"every {duration(period).removeprefix('1 ')}"


def _at_calls(subject: Subject) -> Finding:
    every, elsewhere = sends(subject), handed_on(subject)
    given = [(send.call, node) for send in every if (node := send.keyword("expires"))]
    found = [call.module.evidence(node) for call, node in given if not is_none(node, call.scope, subject.project)]
    if found and len(found) < len(every):
        return cannot_tell(f"`expires` at {len(found)} of {counted(len(every), 'call')}", *unique(found))
    if found and (elsewhere or len(every) < len(production_calls(subject))):
        said = not_followed(subject, elsewhere) or "; other uses of it were not followed"
        return cannot_tell(f"`expires` at {counted(len(found), 'call')}{said}", *unique(found))
    if found:
        return passes(f"`expires` at {counted(len(found), 'call')}", *unique(found))
    looked = f"no schedule entry of it; {where_looked(subject)}, none with `expires`"
    return not_found(looked + not_followed(subject, elsewhere))
