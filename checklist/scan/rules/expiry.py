"""The rule about work that is worthless when late: whether `expires` ends it, in schedules and at calls."""

from __future__ import annotations

from checklist.scan.found import Finding, Origin
from checklist.scan.rules.parts.schedule_entries import Entry, entries
from checklist.scan.rules.parts.sends import sends, where_looked
from checklist.scan.rules.parts.wording import counted, duration, listed, place, unique
from checklist.scan.rules.registry import cannot_tell, fails, not_found, passes, rule
from checklist.scan.subject import Subject


@rule("expires")
def expires(subject: Subject) -> Finding:
    """Frequent schedule entries of the task that pile up in an outage."""
    option = subject.option("expires")
    if option.is_written and option.place and option.value is not None:
        return passes(f"`expires={option.source}`, {option.said()}", option.place)
    planned = entries(subject)
    expiries = [(each, *each.expires(subject.project)) for each in planned]
    open_ended = [(each, is_whole) for each, line, is_whole in expiries if line is None]
    lines = unique(each.evidence for each, _ in open_ended)
    if open_ended and option.origin is Origin.UNKNOWN:
        return cannot_tell(f"scheduled without `expires`, but {option.note}", *lines)
    frequent = [each for each, is_whole in open_ended if is_whole and _is_frequent(each, subject)]
    if frequent:
        texts = [_open_ended(each, subject) for each in frequent]
        return fails(listed(texts), *unique(each.evidence for each in frequent))
    if open_ended:
        return cannot_tell(
            "scheduled without `expires`; whether a late run is worthless, the source does not say", *lines
        )
    if planned:
        return passes("each schedule entry has `expires`", *unique(line for _, line, _ in expiries if line))
    return _at_calls(subject)


def _is_frequent(entry: Entry, subject: Subject) -> bool:
    period = entry.period(subject.project)
    return period is not None and period <= 3600


def _open_ended(entry: Entry, subject: Subject) -> str:
    every = duration(entry.period(subject.project) or 0).removeprefix("1 ")
    return f"runs every {every} without `expires`, {place(entry.evidence, subject.module.path)}"


def _at_calls(subject: Subject) -> Finding:
    every = sends(subject)
    found = [send.call.module.evidence(node) for send in every if (node := send.keyword("expires"))]
    if found and len(found) < len(every):
        return cannot_tell(f"`expires` at {len(found)} of {counted(len(every), 'call')}", *unique(found))
    if found:
        return passes(f"`expires` at {counted(len(found), 'call')}", *unique(found))
    return not_found(f"no schedule entry of it; {where_looked(subject)}, none with `expires`")
