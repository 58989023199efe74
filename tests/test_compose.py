"""`compose.yaml`: what no service may lack, and that it, nginx's template and gunicorn mean the same. No Docker is needed."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from running import ROOT

TEXT = (ROOT / "compose.yaml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
WEB = [name for name in SERVICES if name.startswith("web-")]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_confined_restarted_and_asked_for_its_health(name: str) -> None:
    service = SERVICES[name]
    assert (service["read_only"], service["cap_drop"], service["restart"]) == (True, ["ALL"], "unless-stopped")
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["healthcheck"]["interval"]
    assert service["stop_grace_period"]


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in WEB])
def test_an_image_of_others_has_a_version_and_does_not_run_as_root(name: str) -> None:
    assert re.fullmatch(r"\w+:\d+(\.\d+)*", SERVICES[name]["image"])
    assert SERVICES[name]["user"] not in {"root", "0", "0:0"}


def test_our_own_image_does_not_run_as_root() -> None:
    instructions = (ROOT / "Dockerfile").read_text().splitlines()
    assert instructions.index("USER walkaround") > max(
        number for number, line in enumerate(instructions) if line.startswith(("FROM", "RUN"))
    )


def test_a_variable_has_a_default_or_says_what_is_missing() -> None:
    lines = [line for line in TEXT.splitlines() if not line.startswith("#")]
    variables = re.findall(r"\$\{(\w+)([^}]*)\}", "\n".join(lines))
    assert {name for name, rest in variables if rest.startswith(":?set " + name)} == {
        "POSTGRES_PASSWORD", "PUBLIC_URL", "SECRET_KEY", "TLS_FOLDER",
    }  # fmt: skip
    assert {rest[:2] for _, rest in variables if not rest.startswith(":?")} == {":-"}


def test_nginx_gets_every_variable_of_its_template() -> None:
    template = (ROOT / "nginx.conf.template").read_text()
    named = set(re.findall(r"\$\{(\w+)\}", template)) - {"NAME"}
    assert named == set(SERVICES["proxy"]["environment"])


def test_nginx_reaches_both_servers_and_they_believe_nobody_else() -> None:
    addresses = {name: SERVICES[name]["networks"]["inside"]["ipv4_address"] for name in SERVICES}
    proxy = SERVICES["proxy"]["environment"]
    assert [proxy["WEB_1"], proxy["WEB_2"]] == [f"{addresses[name]}:8000" for name in WEB]
    assert {SERVICES[name]["environment"]["TRUSTED_PROXIES"] for name in WEB} == {addresses["proxy"]}


def test_the_servers_have_the_time_to_finish_that_gunicorn_gives_them() -> None:
    found = re.search(r"^graceful_timeout = (\d+)$", (ROOT / "gunicorn.conf.py").read_text(), re.MULTILINE)
    assert found
    assert min(int(SERVICES[name]["stop_grace_period"].removesuffix("s")) for name in WEB) > int(found[1])
