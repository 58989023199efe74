"""Sends errors to a Sentry, where `SENTRY_DSN` names one, without anything that opens an audit. Only `settings.py` starts it.

The package `sentry-sdk` is installed by those who want this: `requirements-sentry.txt`. It reads `SENTRY_ENVIRONMENT` and
`SENTRY_RELEASE` by itself.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from checklist.environment import refuse
from checklist.logs import current_request, without_secrets

if TYPE_CHECKING:
    from sentry_sdk.types import Breadcrumb, Event


def start(dsn: str) -> None:
    """Send every error of this process to `dsn` from now on. Ends the process when `dsn` is none or the package is missing.

    Only errors are sent: no timings, no sessions. Local variables, bodies and cookies are left out, since they hold tokens; all
    other texts are redacted like a log line, addresses and headers of the request included.
    """
    try:
        import sentry_sdk
        from sentry_sdk.integrations.atexit import AtexitIntegration
        from sentry_sdk.integrations.django import DjangoIntegration
        from sentry_sdk.utils import BadDsn
    except ImportError:
        sys.exit(
            "walkaround: SENTRY_DSN: is set, but the package sentry-sdk is not installed; "
            "install it: python -m pip install -r requirements-sentry.txt"
        )
    try:
        sentry_sdk.init(
            dsn,
            before_send=_before_send,
            before_breadcrumb=_before_breadcrumb,
            send_default_pii=False,
            include_local_variables=False,
            max_request_body_size="never",
            auto_session_tracking=False,
            auto_enabling_integrations=False,
            integrations=[DjangoIntegration(), AtexitIntegration(callback=_say_nothing)],
        )
    except BadDsn:
        refuse("SENTRY_DSN", "is no address of a project", "https://KEY@HOST/PROJECT")


def _before_send(event: Event, hint: dict[str, Any]) -> Event:
    """The event as it leaves: with the id of the request, without secrets."""
    if request_id := current_request():
        event.setdefault("tags", {})["request_id"] = request_id
    redacted: Event = without_secrets(event)
    return redacted


def _before_breadcrumb(crumb: Breadcrumb, hint: dict[str, Any]) -> Breadcrumb:
    redacted: Breadcrumb = without_secrets(crumb)
    return redacted


def _say_nothing(pending: int, timeout: float) -> None:
    """A process that ends waits for what is still to be sent; by default it prints that, not as a line of the log."""
