"""The rule about secrets in messages, by the names of parameters and of what is passed for them."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from checklist.scan.found import Evidence, Finding
from checklist.scan.rules.parts.sends import arguments, parameter, where_looked
from checklist.scan.rules.parts.wording import NO_FUNCTION, counted, listed, place, unique
from checklist.scan.rules.registry import cannot_tell, fails, not_found, rule
from checklist.scan.subject import Subject

# Names end in one of these, word by word: `reset_token` is a token, `token_id` and `tokenizer` are none.
_SECRETS = {
    *("password", "passwords", "passwd", "passphrase", "secret", "secrets", "api key", "apikey", "access key"),
    *("secret key", "private key", "signing key", "encryption key", "card number", "cardnumber", "credit card"),
    *("cvv", "cvc", "ssn", "iban", "session key", "sessionid"),
}
# A token may be a secret by itself, or when the word before it says what it opens; others mark places, pages and caches.
# It may as well be a row of a database that is called so, or hold for one minute.
_TOKENS = {"token", "tokens"}
_OPENING = {
    *(
        "access",
        "api",
        "auth",
        "authentication",
        "bearer",
        "refresh",
        "oauth",
        "jwt",
        "bot",
        "user",
        "reset",
        "session",
    ),
    *(
        "login",
        "magic",
        "invite",
        "invitation",
        "verification",
        "activation",
        "confirmation",
        "secret",
        "private",
        "github",
    ),
    *(
        "gitlab",
        "slack",
        "personal",
        "signup",
        "unsubscribe",
        "password",
        "id",
        "admin",
        "app",
        "guest",
        "device",
        "push",
    ),
}
# Words at the beginning that make it something else: whether at all, what to do, what is left of it.
_HARMLESS = {
    *("is", "has", "have", "use", "uses", "need", "needs", "with", "without", "send", "sends", "force", "require"),
    *("requires", "should", "can", "only", "generate", "rotate", "revoke", "check", "delete", "invalidate", "public"),
    *("hashed", "encrypted", "masked", "redacted", "max", "min", "num", "number", "total", "count", "input", "output"),
}
_TEXTS = {"", "str", "bytes", "Any", "object", "SecretStr"}


@rule("no-secrets")
def no_secrets(subject: Subject) -> Finding:
    """Parameters that are named after passwords, tokens or card numbers, and such values at the calls."""
    if subject.function is None:
        return cannot_tell(NO_FUNCTION)
    sure = [*_named(subject), *_passed(subject)]
    if sure:
        return fails(listed(text for text, _ in sure), *unique(line for _, line in sure))
    if tokens := list(_parameters(subject, is_token)):
        said = listed(f"the parameter `{each.arg}`, line {each.lineno}, may be a secret" for each in tokens)
        return cannot_tell(f"{said}: the name alone does not tell", *unique(map(subject.line, tokens)))
    every = _every_parameter(subject.function.args)
    return not_found(f"no name of a secret among {counted(len(every), 'parameter')}; {where_looked(subject)}")


def _every_parameter(arguments: ast.arguments) -> list[ast.arg]:
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]


def _named(subject: Subject) -> Iterator[tuple[str, Evidence]]:
    for each in _parameters(subject, is_secret):
        yield f"the parameter `{each.arg}` puts a secret into the message, line {each.lineno}", subject.line(each)


def _parameters(subject: Subject, judge: Callable[[str], bool]) -> Iterator[ast.arg]:
    """The parameters whose names are judged so, where they may be texts and no call gives an id."""
    for each in _every_parameter(subject.function.args) if subject.function else []:
        if judge(each.arg) and _may_be_text(each.annotation) and not _gets_references(each.arg, subject):
            yield each


def _may_be_text(annotation: ast.expr | None) -> bool:
    """Whether a parameter may hold a text: not where it says that it is a number, a switch or something of the project."""
    names = {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)} if annotation else {""}
    quoted = isinstance(annotation, ast.Constant) and isinstance(annotation.value, str)
    return quoted or bool(names & _TEXTS)


def _gets_references(name: str, subject: Subject) -> bool:
    """Whether every call that fills the parameter by name or place gives it an id or nothing."""
    assert subject.function is not None  # noqa: S101 - it has parameters
    is_bound = subject.option("bind").value is True
    given = [
        argument.node
        for argument in arguments(subject)
        if (target := parameter(subject.function, argument.key, is_bound=is_bound)) and target.arg == name
    ]
    return bool(given) and all(_is_reference(node) for node in given)


def _is_reference(node: ast.expr) -> bool:
    if isinstance(node, ast.IfExp):
        return _is_reference(node.body) and _is_reference(node.orelse)
    if isinstance(node, ast.Constant):
        return node.value is None
    return isinstance(node, ast.Attribute) and node.attr in {"pk", "id", "uuid"}


def _passed(subject: Subject) -> Iterator[tuple[str, Evidence]]:
    """Values such as `order.card_number`, `password` or `form["password"]` that a call passes, under whatever name."""
    for argument in arguments(subject):
        if is_secret(_name(argument.node)):
            line, written = argument.call.evidence, argument.call.module.source(argument.node)
            yield f"`{argument.call.method}` passes `{written}`, {place(line, subject.module.path)}", line


def _name(node: ast.expr) -> str:
    """The last name of an expression: of an attribute, a variable, or a key that is written out; empty for others."""
    if isinstance(node, ast.Subscript):
        return node.slice.value if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str) else ""
    return getattr(node, "attr", "") or getattr(node, "id", "")


def is_secret(name: str) -> bool:
    """Whether a name, word by word, ends in a word for a secret and does not begin with one that makes it something else."""
    words = _words(name)
    return bool(words) and (words[-1] in _SECRETS or " ".join(words[-2:]) in _SECRETS)


def is_token(name: str) -> bool:
    """Whether a name, word by word, is that of a token that may open something."""
    words = _words(name)
    return bool(words) and words[-1] in _TOKENS and (len(words) == 1 or words[-2] in _OPENING)


def _words(name: str) -> list[str]:
    """The words of a name in small letters; none where its beginning makes it something else."""
    words = [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]
    return [] if _HARMLESS & set(words[:-1]) else words
