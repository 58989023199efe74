"""The operator's view: staff find and read audits, count them, and switch the links of an abused one off. Nothing else."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from markup import Markup
from posting import answer
from pytest_django import Settings

from checklist.audits import service
from checklist.audits.models import Audit, Kept

LIST = "/admin/audits/audit/"


@pytest.fixture
def staff(db: None) -> Client:
    """Somebody who signed in after `createsuperuser`; held to the CSRF check like any browser."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("operator"))
    return client


def press(staff: Client, page: str, path: str, **fields: str) -> int:
    """Send a form of an admin page with the token that the page carries; the status of the answer."""
    token = Markup.of(staff.get(page)).all("input", name="csrfmiddlewaretoken")[0].attributes["value"]
    return staff.post(path, {"csrfmiddlewaretoken": token, **fields}).status_code


@pytest.mark.parametrize("path", ["", "audits/audit/", "catalogue/checklist/", "catalogue/edition/"])
def test_only_staff_may_look(client: Client, audit: Audit, path: str) -> None:
    assert client.get(f"/admin/{path}")["Location"].startswith("/admin/login/")


def test_audits_are_found_by_task(staff: Client, audit: Audit) -> None:
    service.start(edition=audit.edition, task="mail.send")
    page = staff.get(LIST, {"q": "charge"}).content.decode()
    assert "billing.tasks.charge" in page
    assert "mail.send" not in page


def test_the_list_counts_per_checklist_and_outcome(staff: Client, audit: Audit, client: Client, edit_link: str) -> None:
    service.start(edition=audit.edition, task="mail.send")
    answer(client, edit_link, "max-retries-set", verdict="fail")
    tables = [found.text for found in Markup.of(staff.get(LIST)).all("table")]
    table = next(text for text in tables if "Audits per checklist" in text)
    assert "celery-tasks1100" in "".join(table.split())


@pytest.mark.parametrize("path", ["audits/audit/add/", "catalogue/checklist/add/", "audits/audit/1/delete/"])
def test_nothing_can_be_added_or_deleted(staff: Client, audit: Audit, path: str) -> None:
    assert staff.get(f"/admin/{path}".replace("/1/", f"/{audit.pk}/")).status_code == 403


def test_an_audit_can_be_read_and_not_changed(staff: Client, audit: Audit, client: Client, edit_link: str) -> None:
    answer(client, edit_link, note="what they wrote")
    path = f"{LIST}{audit.pk}/change/"
    assert "what they wrote" in staff.get(path).content.decode()
    assert press(staff, path, path, task="other") == 403
    assert Audit.objects.get().task == audit.task


def test_no_page_for_staff_holds_a_link(staff: Client, audit: Audit) -> None:
    for path in (LIST, f"{LIST}{audit.pk}/change/", f"{LIST}{audit.pk}/history/"):
        page = staff.get(path).content.decode()
        assert audit.edit_token not in page
        assert audit.view_token not in page


def test_the_button_switches_both_links_off(
    staff: Client, audit: Audit, client: Client, edit_link: str, view_link: str
) -> None:
    assert press(staff, f"{LIST}{audit.pk}/change/", f"{LIST}{audit.pk}/close/") == 302
    assert [client.get(link).status_code for link in (edit_link, view_link)] == [404, 404]
    assert press(staff, LIST, LIST, action="open_links", _selected_action=str(audit.pk)) == 302
    assert [client.get(link).status_code for link in (edit_link, view_link)] == [200, 200]


def test_not_even_its_starter_reaches_a_closed_audit(staff: Client, audit: Audit, client: Client) -> None:
    client.post("/checklists/celery-tasks/audits/", {"task": "abuse"})
    kept = Kept.objects.get()
    assert press(staff, LIST, LIST, action="close_links", _selected_action=str(kept.audit_id)) == 302
    assert [client.get(f"/mine/{kept.pk}/{page}").status_code for page in ("", "links/", "delete/")] == [404] * 3


def test_links_of_several_audits_are_switched_off_at_once(staff: Client, audit: Audit) -> None:
    assert press(staff, LIST, LIST, action="close_links", _selected_action=str(audit.pk)) == 302
    assert Audit.objects.get().is_closed


def test_the_button_needs_the_token_of_the_page(staff: Client, audit: Audit) -> None:
    assert staff.post(f"{LIST}{audit.pk}/close/").status_code == 403
    assert not Audit.objects.get().is_closed


def signed_in(permission: str = "") -> Client:
    """Somebody of the staff who has one permission or none."""
    user = User.objects.create_user("ben", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename=permission))
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("permission", ["", "view_audit"])
def test_links_are_switched_off_only_by_staff_who_may_change_audits(audit: Audit, permission: str) -> None:
    ben = signed_in(permission)
    assert ben.post(f"{LIST}{audit.pk}/close/").status_code == 403
    ben.post(LIST, {"action": "close_links", "_selected_action": str(audit.pk)})
    assert not Audit.objects.get().is_closed


def test_the_button_is_not_shown_to_those_who_may_not_press_it(audit: Audit) -> None:
    assert "/close/" not in signed_in("view_audit").get(f"{LIST}{audit.pk}/change/").content.decode()


@pytest.mark.parametrize("lookup", ["edit_token", "view_token__startswith", "earlier__edit_token", "kept__link"])
def test_no_filter_of_the_list_tells_a_token(staff: Client, audit: Audit, lookup: str) -> None:
    assert staff.get(LIST, {lookup: audit.edit_token[:3]}).status_code != 200


def test_an_audit_with_a_full_history_can_be_closed(staff: Client, audit: Audit, settings: Settings) -> None:
    settings.MOST_CHANGES = 0
    assert press(staff, f"{LIST}{audit.pk}/change/", f"{LIST}{audit.pk}/close/") == 302
    assert Audit.objects.get().is_closed
