"""The register of rules: what a rule is, what it may look at, and how it answers.

A rule is a function of one `Subject` that returns a `Finding`, registered under the name that items give as `detect`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from checklist.scan.effort import TooMuchError
from checklist.scan.found import Evidence, Finding, Kind, Suggested, Suggestion
from checklist.scan.subject import Subject

Rule = Callable[[Subject], Finding]


@dataclass(frozen=True)
class Registered:
    """A rule with its name and the names of the rules that it leans on."""

    name: str
    decide: Rule
    needs: tuple[str, ...] = ()


RULES: dict[str, Registered] = {}


def rule(name: str, *, needs: Iterable[str] = ()) -> Callable[[Rule], Rule]:
    """Register a function as the rule `name`; `needs` are rules whose answers its own answer leans on, which text, JSON and SARIF say."""

    def register(decide: Rule) -> Rule:
        if name in RULES:
            raise ValueError(f"two rules are named {name}")
        RULES[name] = Registered(name, decide, tuple(needs))
        return decide

    return register


def fails(text: str, *evidence: Evidence) -> Finding:
    """Something was found that speaks for a fail."""
    return Finding(Kind.FOUND, text, Suggested.FAIL, _once(evidence))


def passes(text: str, *evidence: Evidence) -> Finding:
    """Something was found that shows that the item holds; never for the mere lack of something wrong."""
    return Finding(Kind.FOUND, text, Suggested.PASS, _once(evidence))


def does_not_apply(text: str, *evidence: Evidence) -> Finding:
    """Something was found that shows that the item does not apply."""
    return Finding(Kind.FOUND, text, Suggested.NA, _once(evidence))


def not_found(looked_at: str) -> Finding:
    """Nothing wrong was found; `looked_at` says where it was looked for."""
    return Finding(Kind.NOT_FOUND, looked_at)


def cannot_tell(why: str, *evidence: Evidence) -> Finding:
    """The source does not say; `why` tells what is missing."""
    return Finding(Kind.CANNOT_TELL, why, None, _once(evidence))


def _once(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """Each line once, however many things it shows."""
    return tuple(dict.fromkeys(evidence))


def suggestions(subject: Subject, items: Mapping[str, str]) -> list[Suggestion]:
    """What the rules say about one task. `items` maps the slug of each item to the name of its rule; unknown names are left out."""
    return [Suggestion(item, name, decided(name, subject)) for item, name in known(items).items()]


def known(items: Mapping[str, str]) -> dict[str, str]:
    """Those of the items whose rule there is; a checklist may name rules of other programs."""
    return {item: name for item, name in items.items() if name in RULES}


def needs(name: str) -> tuple[str, ...]:
    """The rules that a rule leans on; none for the rules of other programs."""
    return RULES[name].needs if name in RULES else ()


def decided(name: str, subject: Subject) -> Finding:
    """What one rule says. A rule that fails on odd source cannot tell: one item without a suggestion is better than no scan."""
    try:
        return RULES[name].decide(subject)
    except MemoryError:
        raise
    except (RecursionError, TooMuchError):
        return cannot_tell("the source leads too deep, or to too much, for this rule")
    except Exception as error:
        return cannot_tell(f"the rule failed on this source ({type(error).__name__}), which is a fault of the rule")
