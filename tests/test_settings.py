"""What the environment may say, and the one clear line when it says something else."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from ipaddress import ip_network
from pathlib import Path

import pytest
from running import ROOT, clean_environment

from checklist.environment import Environment


def run(*arguments: str, var: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command of `manage.py` with nothing but these settings."""
    environment = clean_environment(VAR_DIR=str(var), **variables)
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)


def setting(name: str, var: Path, **variables: str) -> str:
    """The value that a setting gets from the environment, as Python writes it."""
    result = run(
        "shell",
        "--no-imports",
        "-c",
        f"from django.conf import settings; print(repr(settings.{name}))",
        var=var,
        **variables,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()[-1]


BAD = [
    ("DATABASE_URL", "foo"),
    ("DATABASE_URL", "mysql://u@h/db"),
    ("DATABASE_URL", "sqlite"),
    ("DATABASE_URL", "postgresql://h:port/db"),
    ("DATABASE_URL", "postgresql://"),
    ("PORT", "abc"),
    ("PORT", "0"),
    ("PORT", "70000"),
    ("PORT", "-1"),
    ("PORT", "80.5"),
    ("PORT", "²"),
    ("PUBLIC_URL", "x"),
    ("PUBLIC_URL", "https://example.org/path"),
    ("PUBLIC_URL", "https://example.org?a"),
    ("PUBLIC_URL", "javascript:alert(1)"),
    ("PUBLIC_URL", "ftp://example.org"),
    ("PUBLIC_URL", "https://"),
    ("PUBLIC_URL", "https://user@example.org"),
    ("PUBLIC_URL", "https://[::1"),
    ("PUBLIC_URL", "https://example.org:99999"),
    ("TRUSTED_PROXIES", "bad"),
    ("TRUSTED_PROXIES", "127.0.0.1,300.0.0.1"),
    ("TRUSTED_PROXIES", "10.0.0.0/99"),
    ("DEBUG", "maybe"),
    ("DEBUG", "2"),
    ("VAR_DIR", "/dev/null/var"),
    ("LOG_FORMAT", "xml"),
    ("LOG_LEVEL", "loud"),
    ("SENTRY_DSN", "localhost"),
]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_value_that_cannot_be_used_is_one_line_that_names_the_variable(name: str, value: str, tmp_path: Path) -> None:
    result = (
        run("check", var=tmp_path, **{"SECRET_KEY": "x", name: value})
        if name != "VAR_DIR"
        else run("check", var=Path(value))
    )
    assert (result.returncode, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"walkaround: {name}: ")
    assert "; allowed: " in line


def test_a_password_in_a_bad_value_is_not_repeated(tmp_path: Path) -> None:
    result = run("check", var=tmp_path, DATABASE_URL="postgresql://u:hunter2@h:port/db", SECRET_KEY="x")
    assert "hunter2" not in result.stderr


def test_postgresql_without_a_secret_key_is_one_line(tmp_path: Path) -> None:
    result = run("check", var=tmp_path, DATABASE_URL="postgresql://u@127.0.0.1/db")
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert result.stderr.startswith("walkaround: SECRET_KEY: is not set")


def test_with_nothing_set_the_settings_are_those_of_the_contract(tmp_path: Path) -> None:
    assert run("check", var=tmp_path).returncode == 0
    environment = Environment(tmp_path, {})
    assert (environment.public_url, environment.debug, environment.trusted_proxies) == (
        "http://127.0.0.1:8000",
        False,
        [],
    )
    assert environment.database["NAME"] == str(tmp_path / "var" / "walkaround.sqlite3")


def test_an_empty_value_counts_as_not_set(tmp_path: Path) -> None:
    names = [
        "DATABASE_URL",
        "SECRET_KEY",
        "PUBLIC_URL",
        "ALLOWED_HOSTS",
        "TRUSTED_PROXIES",
        "CONTENT_DIRS",
        "DEBUG",
        "HOST",
        "PORT",
    ]
    result = run("check", var=tmp_path, **dict.fromkeys(names, " "))
    assert (result.returncode, result.stderr) == (0, "")


def test_a_secret_key_is_made_once_and_kept(tmp_path: Path) -> None:
    keys = [Environment(tmp_path, {}).secret_key for _ in range(2)]
    assert keys[0] == keys[1] == (tmp_path / "var" / "secret_key").read_text()
    assert len(keys[0]) >= 50


def test_the_secret_key_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        assert Environment(tmp_path, {}).secret_key
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "var" / "secret_key").stat().st_mode) == 0o600


def test_nothing_is_left_beside_the_secret_key(tmp_path: Path) -> None:
    assert Environment(tmp_path, {}).secret_key
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret_key"]


def test_processes_that_start_at_once_agree_on_the_secret_key(tmp_path: Path) -> None:
    code = f"from pathlib import Path; from checklist.environment import Environment; print(Environment(Path({str(tmp_path)!r}), {{}}).secret_key)"
    command = [sys.executable, "-c", code]
    processes = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert len({process.communicate(timeout=60)[0] for process in processes}) == 1


def test_a_secret_key_of_the_environment_is_not_written_down(tmp_path: Path) -> None:
    assert Environment(tmp_path, {"SECRET_KEY": "named"}).secret_key == "named"
    assert not (tmp_path / "var" / "secret_key").exists()


HOSTS = [
    ({}, ["127.0.0.1", "localhost", "[::1]"]),
    ({"PUBLIC_URL": "https://a.example"}, ["a.example", "localhost", "127.0.0.1", "[::1]"]),
    ({"PUBLIC_URL": "https://a.example:8443"}, ["a.example", "localhost", "127.0.0.1", "[::1]"]),
    ({"ALLOWED_HOSTS": "b.example, c.example"}, ["b.example", "c.example", "localhost", "127.0.0.1", "[::1]"]),
    ({"HOST": "::1"}, ["[::1]", "localhost", "127.0.0.1"]),
]


@pytest.mark.parametrize(("variables", "hosts"), HOSTS)
def test_the_public_host_and_loopback_may_be_asked_for(
    variables: dict[str, str], hosts: list[str], tmp_path: Path
) -> None:
    assert Environment(tmp_path, variables).allowed_hosts == hosts


ADDRESSES = [
    ({"PORT": "9000"}, "http://127.0.0.1:9000"),
    ({"HOST": "::1"}, "http://[::1]:8000"),
    ({"HOST": "walk.example", "PORT": "80"}, "http://walk.example"),
    ({"PUBLIC_URL": "https://walk.example/"}, "https://walk.example"),
    ({"PUBLIC_URL": "https://walk.example", "PORT": "9000"}, "https://walk.example"),
]


@pytest.mark.parametrize(("variables", "url"), ADDRESSES)
def test_absolute_links_begin_with_the_public_url(variables: dict[str, str], url: str, tmp_path: Path) -> None:
    assert Environment(tmp_path, variables).public_url == url


@pytest.mark.parametrize("value", ["on", "1", "TRUE", "yes"])
def test_debug_can_be_switched_on(value: str, tmp_path: Path) -> None:
    assert Environment(tmp_path, {"DEBUG": value}).debug


def test_trusted_proxies_are_addresses_or_networks(tmp_path: Path) -> None:
    proxies = Environment(tmp_path, {"TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8,::1"}).trusted_proxies
    assert proxies == [ip_network("127.0.0.1/32"), ip_network("10.0.0.0/8"), ip_network("::1/128")]


def test_content_dirs_are_read_besides_content(tmp_path: Path) -> None:
    folders = Environment(tmp_path, {"CONTENT_DIRS": "/one:/two"}).content_dirs
    assert folders == [tmp_path / "content", Path("/one"), Path("/two")]


def test_sqlite_takes_the_write_lock_when_a_transaction_begins(tmp_path: Path) -> None:
    options = Environment(tmp_path, {}).database["OPTIONS"]
    assert (options["transaction_mode"], "journal_mode=WAL" in options["init_command"]) == ("IMMEDIATE", True)


def test_every_request_is_not_one_transaction(tmp_path: Path) -> None:
    assert not Environment(tmp_path, {}).database.get("ATOMIC_REQUESTS")


def test_django_finds_nothing_to_warn_about_on_https(tmp_path: Path) -> None:
    result = run("check", "--deploy", var=tmp_path, PUBLIC_URL="https://walk.example")
    assert (result.returncode, result.stderr) == (0, "")
    assert "no issues" in result.stdout


HTTPS_ONLY = ["SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"]


@pytest.mark.parametrize("name", HTTPS_ONLY)
@pytest.mark.parametrize("url", ["https://walk.example", "http://walk.example"])
def test_what_belongs_to_https_is_on_exactly_with_https(name: str, url: str, tmp_path: Path) -> None:
    assert (setting(name, tmp_path, PUBLIC_URL=url) not in {"False", "0"}) == url.startswith("https:")


def test_the_public_url_is_the_origin_of_forms_with_a_csrf_token(tmp_path: Path) -> None:
    assert setting("CSRF_TRUSTED_ORIGINS", tmp_path, PUBLIC_URL="https://walk.example") == "['https://walk.example']"


def test_options_of_the_database_url_are_kept(tmp_path: Path) -> None:
    options = Environment(tmp_path, {"DATABASE_URL": "postgresql://u@h/db?sslmode=require"}).database["OPTIONS"]
    assert options["sslmode"] == "require"


def test_an_empty_file_is_no_secret_key(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "secret_key").touch()
    assert Environment(tmp_path, {}).secret_key


def test_the_usual_port_is_left_out_of_the_public_url(tmp_path: Path) -> None:
    assert Environment(tmp_path, {"PUBLIC_URL": "https://walk.example:443"}).public_url == "https://walk.example"
