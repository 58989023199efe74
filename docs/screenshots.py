"""Makes the pictures of the README: `make screenshots`. Starts the real server on a database of its own and drives a real browser."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent
PICTURES = HERE / "screenshots"
VERDICTS = ["pass", "pass", "fail", "na", "pass", "pass", "pass", "fail", "pass"]
CODE = """from celery import shared_task

from billing.gateway import gateway
from billing.models import Order


@shared_task(autoretry_for=(Exception,), retry_limit=4)
def charge(order_id):
    order = Order.objects.get(pk=order_id)
    gateway.charge(order.total)
    order.status = "paid"
    order.save()
    send_receipt.delay(order)


@shared_task(name="billing.send_receipt", soft_time_limit=20, time_limit=30)
def send_receipt(order):
    order.customer.send_mail("Thank you")
"""
NOTE = "The new parameter has no default: messages that wait in the queue fail."


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server() -> Iterator[str]:
    """The address of a running server with an empty database."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        environment = {**kept, "VAR_DIR": folder, "PORT": str(port)}
        run = {"cwd": HERE.parent, "env": environment}
        subprocess.run([sys.executable, "manage.py", "prepare"], check=True, **run)
        process = subprocess.Popen([sys.executable, "-m", "gunicorn", "checklist.wsgi:application"], **run)
        try:
            wait_for(f"http://127.0.0.1:{port}/healthz")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def wait_for(url: str) -> None:
    """Return when `url` answers; give up after about 10 seconds."""
    for _ in range(100):
        try:
            urllib.request.urlopen(url, timeout=1)  # noqa: S310 - our own server
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{url} does not answer")


def audit(page: Page, address: str) -> None:
    """Start an audit and answer some items."""
    page.goto(f"{address}/checklists/celery-tasks/")
    page.get_by_label("Name of the task").fill("billing.tasks.charge")
    page.get_by_role("button", name="Start an audit").click()
    for number, verdict in enumerate(VERDICTS):
        page.locator("li.item").nth(number).locator(f"input[value={verdict}]").check(force=True)
    failed = page.locator("li.item").nth(2)
    failed.locator("h3 a").click()
    failed.locator("textarea").fill(NOTE)
    failed.locator("textarea").blur()
    page.get_by_text("All changes saved").wait_for()
    page.evaluate("scrollTo(0, 0)")


def scanned(page: Page, address: str) -> None:
    """Start an audit from code, and accept the first suggestion."""
    page.goto(f"{address}/checklists/celery-tasks/code/")
    page.get_by_label("Python source").fill(CODE)
    page.get_by_label("Store the source").check()
    page.get_by_role("button", name="Find tasks").click()
    page.locator("[name=task]").first.check()
    page.get_by_role("button", name="Start the audits").click()
    page.wait_for_url("**/audits/*/")
    page.keyboard.press("u")
    page.keyboard.press("y")
    page.get_by_text("All changes saved").wait_for()


def picture(browser: Browser, url: str, name: str, width: int = 1280, scheme: str = "light") -> None:
    """Save what `url` looks like as `name`.png."""
    height = 844 if width < 500 else 860
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(url)
    page.screenshot(path=PICTURES / f"{name}.png")
    context.close()


def print_preview(browser: Browser, url: str) -> None:
    """Save what `url` looks like on A4 paper."""
    page = browser.new_page(viewport={"width": 794, "height": 1123})
    page.emulate_media(media="print")
    page.goto(url)
    page.screenshot(path=PICTURES / "print.png")


def main() -> None:
    """Make every picture."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with server() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        audit(page, address)
        failed = page.url.split("#")[0] + "#" + (page.locator("li.item").nth(2).get_attribute("id") or "")
        picture(browser, address, "home")
        picture(browser, failed, "audit-light")
        picture(browser, failed, "audit-dark", scheme="dark")
        picture(browser, failed, "audit-phone", width=390)
        picture(browser, page.locator("#view-link").input_value(), "shared")
        print_preview(browser, page.locator("#view-link").input_value())
        scanned(page, address)
        second = page.locator("li.item:has(.suggestion.found[data-state=open])").first.get_attribute("id")
        picture(browser, f"{page.url.split('#')[0]}#{second}", "from-code")
        browser.close()


if __name__ == "__main__":
    main()
