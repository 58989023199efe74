"""How many audits one client may start in a while: counted in the database, so that every process counts the same."""

from __future__ import annotations

import ipaddress
from datetime import datetime
from http import HTTPStatus

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from checklist.audits.models import Allowance
from checklist.limits import Exceeded


def take(address: str, now: datetime, starts: int = 1) -> None:
    """Count so many starts for the client at `address`. Raises `Exceeded` when they pass its share of this period; then none counts."""
    period = settings.STARTS_PERIOD
    window, passed = divmod(int(now.timestamp()), period)
    if not _counted(_client(address), window, starts):
        wait = period - passed
        words = f"From one address at most {settings.STARTS_PER_PERIOD} audits are started in {period // 60} minutes. Try again in {wait // 60 + 1} minutes."
        raise Exceeded(HTTPStatus.TOO_MANY_REQUESTS, words, wait)


@transaction.atomic
def _counted(client: str, window: int, starts: int) -> bool:
    """Whether so many more starts of a client fit into this window, and are counted; windows that are over are forgotten."""
    row, is_new = Allowance.objects.get_or_create(client=client, window=window)
    room = settings.STARTS_PER_PERIOD - starts
    is_taken = Allowance.objects.filter(pk=row.pk, count__lte=room).update(count=F("count") + starts)
    if is_new:
        Allowance.objects.filter(window__lt=window).delete()
    # The row is gone when the next window began at this moment.
    return bool(is_taken) or (starts <= settings.STARTS_PER_PERIOD and not Allowance.objects.filter(pk=row.pk).exists())


def _client(address: str) -> str:
    """A name for the client that does not give its address away; one network of IPv6 is one client."""
    return salted_hmac("checklist.allowance", _network(address), algorithm="sha256").hexdigest()


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((int(parsed), 64), strict=False))
