"""Rules of the section `deployment` of the Celery checklist, those about workers and content; see also `visibility` and `queues`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from checklist.scan.found import Evidence, Finding
from checklist.scan.places import is_test
from checklist.scan.rules.parts import production
from checklist.scan.rules.parts.numbers import is_number
from checklist.scan.rules.parts.wording import places, shown, unique
from checklist.scan.rules.registry import cannot_tell, fails, not_found, passes, rule
from checklist.scan.subject import Subject

_CONTENT = ("accept_content", "result_accept_content")
_SERIALIZERS = ("task_serializer", "result_serializer", "event_serializer")
_DANGEROUS = {"pickle", "yaml", "application/x-python-serialize", "application/x-yaml"}
_LONG = 30  # seconds; a task that may take longer keeps the messages behind it waiting


@rule("prefetch", needs=("ack-mode", "time-limits"))
def prefetch(subject: Subject) -> Finding:
    """Workers that reserve many messages for tasks that take long."""
    if (disabled := production.setting(subject, "worker_disable_prefetch")) and disabled.value is True:
        return passes("`worker_disable_prefetch` is on", disabled.place)
    setting = production.setting(subject, "worker_prefetch_multiplier")
    if setting is None:
        why = "" if subject.settings.seen else f", and {subject.settings.why_unseen}"
        return cannot_tell(
            f"`worker_prefetch_multiplier` is not set here; the command line of the worker may set it{why}"
        )
    said = f"`{setting.name} = {setting.scope.module.source(setting.node)}` ({setting.place.path}:{setting.place.line})"
    if not setting.is_literal or not is_number(setting.value):
        return cannot_tell(f"what {said} comes to is not in the text", setting.place)
    if setting.value == 1:
        return passes(f"{said}: one message per process", setting.place)
    many = "without limit" if setting.value == 0 else f"{setting.value} messages per process"
    late, limit = subject.option("acks_late"), subject.option("time_limit")
    if late.is_known and late.value:
        return fails(f"{said} reserves {many}, with {shown(late)}", *unique([setting.place, *places(late)]))
    if limit.is_known and is_number(limit.value) and limit.value > _LONG:
        return fails(f"{said} reserves {many}, with {shown(limit)}", *unique([setting.place, *places(limit)]))
    return cannot_tell(f"{said} reserves {many}; how long the tasks take is not in the text", setting.place)


@rule("json-only")
def json_only(subject: Subject) -> Finding:
    """`pickle` and `yaml` in settings, in the options of the task, or where it is sent."""
    found = [*_in_settings(subject), *_in_task(subject)]
    if found:
        said = "; ".join(text for text, _ in found)
        return fails(f"{said}: whoever writes to the broker can run code", *unique(place for _, place in found))
    unknown = [
        each for name in (*_CONTENT, *_SERIALIZERS) for each in production.written(subject, name) if not each.is_literal
    ]
    if unknown:
        return cannot_tell(
            f"what `{unknown[0].name}` comes to is not in the text", *unique(each.place for each in unknown)
        )
    if not subject.settings.seen:
        return cannot_tell(subject.settings.why_unseen)
    return not_found("neither the settings, nor the task, nor its calls name pickle or yaml")


def _in_settings(subject: Subject) -> Iterator[tuple[str, Evidence]]:
    for name in (*_CONTENT, *_SERIALIZERS):
        for setting in subject.settings.every(name):
            if is_test(setting.scope.module):
                continue
            for content in _dangerous(setting.node):
                yield f"`{content}` in `{setting.name}` ({setting.place.path}:{setting.place.line})", setting.place


def _dangerous(node: ast.expr) -> list[str]:
    """The names of unsafe formats that are written in an expression."""
    constants = (each.value for each in ast.walk(node) if isinstance(each, ast.Constant))
    return [value for value in constants if isinstance(value, str) and value.lower() in _DANGEROUS]


def _in_task(subject: Subject) -> Iterator[tuple[str, Evidence]]:
    option = subject.option("serializer")
    if option.is_written and option.value in _DANGEROUS and option.place:
        yield shown(option), option.place
    for call in subject.calls:
        value = call.keyword("serializer")
        if isinstance(value, ast.Constant) and value.value in _DANGEROUS and not is_test(call.module):
            yield f"`serializer={value.value!r}` ({call.evidence.path}:{call.evidence.line})", call.evidence
