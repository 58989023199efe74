"""What the rule about calls that wait without end says of short sources."""

from __future__ import annotations

from rule_cases import CANNOT_TELL, NOT_FOUND, Case, Lookalike, table

PLAIN = "@app.task\ndef charge():\n    pay()\n"


def calling(line: str, imports: str = "import requests") -> str:
    """A task that imports and calls."""
    return f"{imports}\n@app.task\ndef charge(url, **more):\n    {line}\n"


POPEN = "from subprocess import Popen"
SESSION = "with requests.Session() as session:\n        session.get(url{})\n"


def shared(line: str, after: str = "", imports: str = "from shop.http import s") -> dict[str, str]:
    """A task that calls, and a module with a session for all."""
    return {
        "shop/tasks.py": "from shop.celery import app\n" + calling(line, imports),
        "shop/http.py": f"import requests\ns = requests.Session()\n{after}",
    }


TIMEOUTS = [
    Case("requests", calling("requests.post(url)"), "fail", "`requests.post` (line 5) has no `timeout`", "requests.post"),
    Case("imported by name", calling("fetch(url)", "from requests import get as fetch"), "fail", "`requests.get`"),
    Case("no limit written out", calling("requests.get(url, timeout=None)"), "fail", "`requests.get`"),
    Case("a name for no limit", calling("requests.get(url, timeout=T)", "import requests\nT = None"), "fail", "gets `T` as `timeout`, which is no limit"),
    Case("no limit on some days", calling("requests.get(url, timeout=T)", "import requests\nT = 3\nif SLOW:\n    T = None"), CANNOT_TELL, "whether `requests.get` gets"),
    Case("httpx without its limit", calling("httpx.get(url, timeout=None)", "import httpx"), "fail", "gets `None` as `timeout`"),
    Case("urlopen", calling("urlopen(url)", "from urllib.request import urlopen"), "fail", "urlopen"),
    Case("subprocess", calling("subprocess.run(['ls'])", "import subprocess"), "fail", "`subprocess.run`"),
    Case("mail", calling("smtplib.SMTP('mail')", "import smtplib"), "fail", "`smtplib.SMTP`"),
    Case("a session", calling(SESSION.format("")), "fail", "`session.get` (line 6)"),
    Case("timeouts", calling("requests.get(url, timeout=3)"), NOT_FOUND, "each of 1 calls"),
    Case("positional", calling("urlopen(url, None, 3)", "from urllib.request import urlopen"), NOT_FOUND),
    Case("a session with one", calling(SESSION.format(", timeout=3")), NOT_FOUND),
    Case("nothing called", PLAIN, NOT_FOUND, "functions that it calls were not read"),
    Lookalike("a mapping of that name", calling("requests = {}\n    requests.get(url)", ""), NOT_FOUND),
    Lookalike("a parameter of that name", calling("more.get(url)"), NOT_FOUND),
    Lookalike("a function of one's own", calling("get(url)", "def get(url): ..."), NOT_FOUND),
    Lookalike("httpx has a default", calling("httpx.get(url)", "import httpx"), NOT_FOUND),
    Case("poured keywords", calling("requests.get(url, **more)"), CANNOT_TELL, "whether `requests.get` gets"),
    Case("poured arguments", calling("requests.get(*more)"), CANNOT_TELL, "whether `requests.get` gets"),
    Case("a session whose request is its own", calling("s = requests.Session()\n    s.request = timed\n    s.get(url)"), CANNOT_TELL),
    Case("a session that is closed", calling("s = requests.Session()\n    s.close()"), NOT_FOUND),
    Lookalike("a session of something else", calling("s = cache.Session()\n    s.get(url)", "from shop import cache"), NOT_FOUND),
    Lookalike("parsing waits for nobody", calling("urllib.parse.urlparse(url)", "import urllib.parse"), NOT_FOUND),
    Case("a process", calling("p = Popen(url)\n    out, err = p.communicate()", POPEN), "fail", "`p.communicate` (line 6) has no `timeout`", "p.communicate()"),
    Case("a process at once", calling("subprocess.Popen(url).wait()", "import subprocess"), "fail", "`Popen(...).wait` (line 5) has no"),
    Case("a process in a block", calling("with Popen(url) as p:\n        p.wait(None)", POPEN), "fail", "gets `None` as `timeout`"),
    Case("a process with a limit", calling("p = Popen(url)\n    p.communicate(None, 5)\n    p.wait(timeout=5)", POPEN), NOT_FOUND, "each of 2 calls"),
    Case("a process that is ended", calling("p = Popen(url)\n    Timer(5, p.kill).start()\n    p.wait()", POPEN), CANNOT_TELL, "`p.wait` has no `timeout`, but `p.kill` may end it"),
    Case("a process that is handed on", calling("p = Popen(url)\n    watch(p)\n    p.wait()", POPEN), CANNOT_TELL, "`watch(p)` may end it"),
    Case("a process whose number is told", calling("p = Popen(url)\n    Timer(5, os.killpg, (p.pid, 9)).start()\n    p.wait()", POPEN), CANNOT_TELL, "may end it"),
    Case("a process whose output is read", calling("p = Popen(url)\n    p.stdin.close()\n    p.wait()", POPEN), "fail", "`p.wait`"),
    Lookalike("a process that is left alone", calling("p = Popen(url)\n    return p.pid", POPEN), NOT_FOUND, "known to wait"),
    Lookalike("an event", calling("p = threading.Event()\n    p.wait()", "import threading"), NOT_FOUND, "known to wait"),
    Case("an adapter", calling("s = requests.Session()\n    s.mount(url, Adapter())\n    s.get(url)"), CANNOT_TELL),
    Case("an adapter of the module that makes the session", shared("s.get(url)", "s.mount('https://', Adapter())\n"), CANNOT_TELL, "`s.get` has no `timeout`, but `s.mount('https://', Adapter())` (shop/http.py:3) may set one"),
    Case("an adapter of the session of another module", shared("http.s.get(url)", "s.mount('https://', Adapter())\n", "from shop import http"), CANNOT_TELL, "(shop/http.py:3) may set one"),
    Case("an adapter of a third module", shared("s.get(url)") | {"shop/apps.py": "from shop import http\nhttp.s.mount('https://', Adapter())\n"}, CANNOT_TELL, "shop/apps.py:2"),
    Case("a request that a third module replaces", shared("s.get(url)") | {"shop/apps.py": "from shop.http import s\ns.request = timed\n"}, CANNOT_TELL, "shop/apps.py:2"),
    Case("a session that a function gets", calling("s = requests.Session()\n    configure(s)\n    s.get(url)"), CANNOT_TELL, "`configure(s)` (line 6) may set one"),
    Case("a session that a function gets by name", calling("s = requests.Session()\n    configure(session=s)\n    s.get(url)"), CANNOT_TELL, "may set one"),
    Case("a session that a function gets in another module", shared("s.get(url)", "configure(s)\n"), CANNOT_TELL, "shop/http.py:3"),
    Case("a session of an object", "import requests\nclass charge(app.Task):\n    def __init__(self):\n        self.s = requests.Session()\n        self.s.mount('https://', Adapter())\n    def run(self, url):\n        self.s.get(url)\napp.register_task(charge())\n", CANNOT_TELL, "line 6"),
    Case("a session of another module", shared("s.get(url)"), "fail", "`s.get` (line 5) has no `timeout`"),
    Case("another session of that name that gets an adapter", shared("s.get(url)") | {"shop/apps.py": "import requests\ns = requests.Session()\ns.mount('https://', Adapter())\nconfigure(s)\n"}, "fail", "`s.get`"),
    Case("a session that only a test gives an adapter", shared("s.get(url)") | {"tests/test_http.py": "from shop.http import s\ns.mount('https://', Adapter())\n"}, "fail", "`s.get`"),
    Case("a session with headers", calling("s = requests.Session()\n    s.headers.update(more)\n    s.get(url)"), "fail", "`s.get`"),
    Case("a default for sockets", calling("requests.get(url)", "import requests, socket\nsocket.setdefaulttimeout(9)"), CANNOT_TELL),
    Case("a default for sockets, and a program", calling("subprocess.run(url)\n    requests.get(url)", "import requests, socket, subprocess\nsocket.setdefaulttimeout(9)"), "fail", "`subprocess.run` (line 6) has no `timeout`: it waits without end"),
    Case("a default for sockets, and a process", calling("p = Popen(url)\n    p.wait()", f"{POPEN}\nimport socket\nsocket.setdefaulttimeout(9)"), "fail", "`p.wait`"),
]  # fmt: skip


MAIL = "from django.core.mail import EmailMessage, mail_admins, send_mail"
APPS = "INSTALLED_APPS = ['shop']\n"


def mailing(
    settings: str | None, line: str = "send_mail('Paid', '', None, [url])", path: str = "shop/conf.py"
) -> dict[str, str]:
    """A task that sends mail, and Django's settings."""
    conf = {} if settings is None else {path: settings}
    return {"shop/tasks.py": "from shop.celery import app\n" + calling(line, MAIL)} | conf


MAILS = [
    Case("no limit", mailing(APPS), "fail", "`django.core.mail.send_mail` (line 5) has no limit, as no `EMAIL_TIMEOUT` is set in shop/conf.py: it waits without end", "send_mail("),
    Case("to the admins", mailing(APPS, "mail_admins('Paid', '')"), "fail", "`django.core.mail.mail_admins`"),
    Case("a message", mailing(APPS, "EmailMessage('Paid', '').send()"), "fail", "has no limit"),
    Case("a message by name", mailing(APPS, "m = EmailMessage('Paid')\n    m.send()"), "fail", "`m.send` (line 6)"),
    Case("a setting of no limit", mailing(APPS + "EMAIL_TIMEOUT = None\n"), "fail", "no `EMAIL_TIMEOUT` is set"),
    Case("by SMTP", mailing(APPS + "EMAIL_BACKEND = 'django.core.mail.backends.smtp.EmailBackend'\n"), "fail"),
    Case("in the tests' settings", mailing(APPS) | {"shop/tests/conf.py": "EMAIL_TIMEOUT = 9\n"}, "fail"),
    Case("another backend for development", mailing(APPS) | {"shop/conf_dev.py": "EMAIL_BACKEND = 'x.Console'\n"}, "fail"),
    Case("a star of a file that was read", mailing(APPS + "from shop.more import *\n") | {"shop/more.py": "A = 1\n"}, "fail"),
    Case("settings beside it that were not read", mailing("from .base import *\n" + APPS), CANNOT_TELL, "from .base import *"),
    Case("settings that may be there", mailing(APPS + "try:\n    from local_settings import *\nexcept ImportError:\n    pass\n"), CANNOT_TELL, "from local_settings import *"),
    Lookalike("a limit", mailing(APPS + "EMAIL_TIMEOUT = 60\n"), NOT_FOUND, "each of 1 calls"),
    Lookalike("a limit of the environment", mailing(APPS + "EMAIL_TIMEOUT = env('T')\n"), NOT_FOUND),
    Lookalike("a limit of a class", mailing(APPS + "class Live:\n    EMAIL_TIMEOUT: int = 9\n"), NOT_FOUND),
    Lookalike("somebody's own", {"shop/tasks.py": "from shop.celery import app\n" + calling("send_mail(url)", "from shop.post import send_mail"), "shop/conf.py": APPS}, NOT_FOUND),
    Lookalike("a message that is not sent", mailing(APPS, "EmailMessage('Paid', '').message()"), NOT_FOUND),
    Case("no settings", mailing(None), CANNOT_TELL, "Django's settings are not among the files"),
    Case("settings of tests alone", mailing(APPS, path="tests/conf.py"), CANNOT_TELL, "Django's settings are not among"),
    Case("settings that are read", mailing("from conf import INSTALLED_APPS\nprint(INSTALLED_APPS)\n"), CANNOT_TELL, "Django's settings are not"),
    Case("another backend", mailing(APPS + "EMAIL_BACKEND = 'anymail.Backend'\n"), CANNOT_TELL, "`EMAIL_BACKEND` is `'anymail.Backend'`, shop/conf.py:2"),
    Case("a backend of the environment", mailing(APPS + "EMAIL_BACKEND = env('B')\n"), CANNOT_TELL, "is `env('B')`"),
    Case("poured settings", mailing(APPS + "globals().update(read())\n"), CANNOT_TELL, "`globals()` may set it in shop/conf.py"),
    Case("a star of a file that was not read", mailing("from site_conf import *\n" + APPS), CANNOT_TELL, "`from site_conf import *`"),
    Case("a name in a mapping", mailing(APPS) | {"shop/names.py": "NAMES = {'mail.timeout': 'EMAIL_TIMEOUT'}\n"}, CANNOT_TELL, "shop/names.py names `EMAIL_TIMEOUT`"),
    Case("mailers", mailing(APPS + "MAILERS = {}\n"), CANNOT_TELL, "shop/conf.py names `MAILERS`"),
    Case("a connection", mailing(APPS, "send_mail('Paid', '', None, [url], connection=more)"), CANNOT_TELL, "`django.core.mail.send_mail` may be given a connection"),
    Case("a connection of the message", mailing(APPS, "EmailMessage('Paid', connection=more).send()"), CANNOT_TELL, "connection"),
    Case("a connection set later", mailing(APPS, "m = EmailMessage('Paid')\n    m.connection = more\n    m.send()"), CANNOT_TELL, "connection"),
    Case("poured arguments of a mail", mailing(APPS, "send_mail(**url)"), CANNOT_TELL, "connection"),
    Case("a poured list for a mail", mailing(APPS, "send_mail(*url)"), CANNOT_TELL, "connection"),
    Case("what came with the message", mailing(APPS, "send_mail(**more)"), "fail", "has no limit"),
]  # fmt: skip


@table("io-timeouts", [*TIMEOUTS, *MAILS])
def test_calls_that_wait_for_others_have_a_timeout(case: Case) -> None:
    case.check("io-timeouts")
