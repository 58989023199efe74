"""The rule about secrets in messages, by the names of parameters and of what is passed for them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from checklist.scan.found import Evidence, Finding
from checklist.scan.rules.registry import fails, not_found, rule
from checklist.scan.rules.sends import arguments, where_looked
from checklist.scan.rules.wording import counted, place, unique
from checklist.scan.subject import Subject

# Names end in one of these, word by word: `reset_token` is a token, `token_id` and `tokenizer` are none.
_SECRETS = [
    ending.split()
    for ending in [
        "password",
        "passwords",
        "passwd",
        "passphrase",
        "secret",
        "secrets",
        "token",
        "tokens",
        "api key",
        "apikey",
        "access key",
        "secret key",
        "private key",
        "signing key",
        "encryption key",
        "card number",
        "cardnumber",
        "credit card",
        "cvv",
        "cvc",
        "ssn",
        "iban",
        "otp",
        "credentials",
    ]
]
# Words before the ending that make it something else: where a page begins, how many, whether at all.
_HARMLESS = {
    "next",
    "previous",
    "prev",
    "page",
    "pagination",
    "continuation",
    "continue",
    "start",
    "end",
    "cursor",
    "sync",
    "resume",
    "cancel",
    "cancellation",
    "max",
    "min",
    "num",
    "number",
    "total",
    "count",
    "input",
    "output",
    "prompt",
    "completion",
    "cached",
    "public",
    "state",
    "status",
    "lock",
    "idempotency",
    "dedup",
    "fence",
    "fencing",
    "change",
    "client",
    "request",
    "hashed",
    "encrypted",
    "masked",
    "redacted",
    "is",
    "has",
    "have",
    "use",
    "uses",
    "need",
    "needs",
    "with",
    "without",
    "send",
    "sends",
    "force",
    "require",
    "requires",
    "should",
    "can",
    "only",
    "reset_only",
    "generate",
    "rotate",
    "revoke",
    "check",
    "delete",
    "invalidate",
}
_PLAIN_TYPES = {"int", "bool", "float"}


@rule("no-secrets")
def no_secrets(subject: Subject) -> Finding:
    """Parameters that are named after passwords, tokens or card numbers, and such values at the calls."""
    if subject.function is None:
        return not_found("the class has no method `run` in this file")
    named = list(_parameters(subject))
    passed = list(_passed(subject))
    if named or passed:
        return fails("; ".join(text for text, _ in [*named, *passed]), *unique(line for _, line in [*named, *passed]))
    every = _every_parameter(subject.function.args)
    return not_found(f"no name of a secret among {counted(len(every), 'parameter')}; {where_looked(subject)}")


def _every_parameter(arguments: ast.arguments) -> list[ast.arg]:
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]


def _parameters(subject: Subject) -> Iterator[tuple[str, Evidence]]:
    for each in _every_parameter(subject.function.args) if subject.function else []:
        annotation = ast.unparse(each.annotation) if each.annotation else ""
        if is_secret(each.arg) and annotation.removesuffix(" | None") not in _PLAIN_TYPES:
            line = subject.line(each)
            yield f"the parameter `{each.arg}` puts a secret into the message, line {line.line}", line


def _passed(subject: Subject) -> Iterator[tuple[str, Evidence]]:
    """Values such as `order.card_number` that a call passes for a parameter of another name."""
    for argument in arguments(subject):
        node = argument.node
        if isinstance(node, ast.Attribute) and is_secret(node.attr):
            line, written = argument.call.evidence, argument.call.module.source(node)
            yield f"`{argument.call.method}` passes `{written}`, {place(line, subject.module.path)}", line


def is_secret(name: str) -> bool:
    """Whether a name, word by word, ends in a word for a secret and does not begin with one that makes it something else."""
    words = [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]
    for ending in _SECRETS:
        if words[-len(ending) :] == ending:
            return not _HARMLESS & set(words[: -len(ending)])
    return False
