"""The rules about results, chords and schedules, and what they do not take for a fault."""

from __future__ import annotations

from asking import ask
from rule_cases import CANNOT_TELL, NOT_FOUND, Case, Lookalike, table

from checklist.scan.found import Suggested

PLAIN = "@app.task\ndef charge(url):\n    return pay(url)\n"
PAY = "@app.task\ndef pay(url): ...\n\n"


def task(body: str, imports: str = "", before: str = "") -> str:
    """A task with this body, beside another one called `pay`."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"{imports}\n{PAY}{before}@app.task\ndef charge(url):\n{lines}"


CANVAS = "from celery import chain, group"
BLOCKING = [
    Case("at once", task("return pay.delay(url).get()"), "fail", "`pay.delay(url).get()` (line 8)", "pay.delay"),
    Case("under a name", task("sent = pay.apply_async((url,))\nsent.wait(timeout=3)"), "fail", "`sent.wait(timeout=3)`"),
    Case("a group", task("group(pay.s(url))().join()", CANVAS), "fail", ".join()"),
    Case("a chain", task("chain(pay.s(url)).apply_async().get()", CANVAS), "fail", ".get()"),
    Case("each of many", task("sent = [pay.delay(each) for each in url]\nfor one in sent:\n    one.get()"), "fail", "one.get"),
    Case(
        "allowed by hand",
        task("with allow_join_result():\n    wait(url)", "from celery.result import allow_join_result"),
        "fail",
        "`allow_join_result()`",
    ),
    Case("by its id", task("AsyncResult(url).get()", "from celery.result import AsyncResult"), "fail", "AsyncResult"),
    Case("each of a few", task("for one in (pay.delay(1), pay.delay(2)):\n    one.get()"), "fail", "one.get()"),
    Case("each of other things", task("for one in (url.head(), url.tail()):\n    one.get()"), NOT_FOUND),
    Case("each of a list of other things", task("for one in [open(each) for each in url]:\n    one.get()"), NOT_FOUND),
    Lookalike("sent and forgotten", task("pay.delay(url).forget()"), NOT_FOUND),
    Lookalike("workers of one's own", task("workers.apply_async(run, (url,)).get()", "def run(url): ..."), NOT_FOUND),
    Case("workers and a lambda", task("workers.apply_async(lambda: url).get()"), NOT_FOUND),
    Case("a call of a call", task("make(url)().get()"), NOT_FOUND),
    Case("under another condition", task("sent = pay.delay(url)\nif url.valid:\n    sent.get()"), "fail", "sent.get()"),
    Case("no function", "class charge(app.Task):\n    pass\napp.register_task(charge())\n", CANNOT_TELL, "`run`"),
    Case("asked before", task("sent = pay.delay(url)\nif sent.ready():\n    sent.get()"), CANNOT_TELL, "asked"),
    Case("sent and left", task("chain(pay.s(url), pay.s()).delay()", CANVAS), NOT_FOUND, "no `.get()`"),
    Lookalike("a dict", task("found = {}\nreturn found.get(url)"), NOT_FOUND),
    Lookalike("a query", task("return Card.objects.get(pk=url)", "from shop.models import Card"), NOT_FOUND),
    Lookalike("run here, not sent", task("return pay.apply((url,)).get()"), NOT_FOUND),
    Lookalike("a pool of processes", task("pool.apply_async(run, (url,)).get()"), NOT_FOUND),
    Lookalike("a name with two meanings", task("sent = pay.delay(url)\nsent = {}\nsent.get(url)"), NOT_FOUND),
]  # fmt: skip


@table("blocking-on-results", BLOCKING)
def test_a_task_does_not_wait_for_another(case: Case) -> None:
    case.check("blocking-on-results")


BACKEND = 'app.conf.result_backend = "redis://localhost"\n'


def options(written: str, more: str = "") -> str:
    """A task with these options, then more lines."""
    return f"@app.task({written})\ndef charge(url):\n    return pay(url)\n{more}"


KEPT = "ignore_result=True, store_errors_even_if_ignored=True"
RESULTS = [
    Case("nobody reads it", PLAIN, "fail", "`ignore_result` is not set, and nothing", "@app.task", BACKEND),
    Case("sent and dropped", options("", "\ndef view():\n    charge.delay(1)\n"), "fail", "", "@app.task", BACKEND),
    Case("errors are dropped too", options("ignore_result=True"), "fail", "failures are not stored either", settings=BACKEND),
    Case("errors are kept", options(KEPT), "pass", "`ignore_result=True` (line 2) with", settings=BACKEND),
    Case("handed on to be sent", options("", "\nfrom django.db import transaction\ntransaction.on_commit(charge.delay)\n"), "fail", settings=BACKEND),
    Case("its value is used in a test", {"shop/tasks.py": "from shop.celery import app\n" + PLAIN, "shop/celery.py": f"from celery import Celery\napp = Celery()\n{BACKEND}", "tests/test_a.py": "from shop.tasks import charge\nassert charge.delay(1).get()\n"}, "fail"),
    Case("read by id in a test", {"shop/tasks.py": "from shop.celery import app\n" + PLAIN, "shop/celery.py": f"from celery import Celery\napp = Celery()\n{BACKEND}", "tests/test_a.py": "from celery.result import AsyncResult\nAsyncResult(1)\n"}, "fail"),
    Lookalike("it stores states", "@app.task(bind=True)\ndef charge(self):\n    self.update_state(state='HALF')\n", CANNOT_TELL, "stores states", settings=BACKEND),
    Case("no backend in tests", {"shop/tasks.py": "from shop.celery import app\n" + PLAIN, "shop/celery.py": f"from celery import Celery\napp = Celery()\n{BACKEND}", "shop/settings_test.py": "CELERY_RESULT_BACKEND = None\n"}, "fail"),
    Lookalike("its value is used", options("", "\ndef view():\n    return charge.delay(1)\n"), CANNOT_TELL, "may be read here"),
    Lookalike("part of a workflow", options("", "\nstep = charge.s(1)\n"), CANNOT_TELL, "may be read here", settings=BACKEND),
    Case("read by id", "from celery.result import AsyncResult\nAsyncResult(1)\n" + PLAIN, CANNOT_TELL, "by their id"),
    Case("written off", options("ignore_result=False"), CANNOT_TELL, "who reads the result", settings=BACKEND),
    Case("settings were not seen", PLAIN, CANNOT_TELL, "not among the files", settings=None),
    Case("no backend at all", PLAIN, "na", "no result is stored", settings="app.conf.result_backend = None\n"),
    Case("no backend among many settings", PLAIN, CANNOT_TELL, settings="app.conf.task_track_started = True\n"),
]  # fmt: skip


@table("ignore-result", RESULTS)
def test_results_that_nobody_reads_are_ignored(case: Case) -> None:
    case.check("ignore-result")


def chord(call: str, header_option: str = "") -> str:
    """A function that starts a chord of `charge` and `report`."""
    return (
        f"from celery import chord\n\n@app.task({header_option})\ndef charge(url): ...\n\n"
        f"@app.task\ndef report(found): ...\n\n@app.task\ndef tell(found): ...\n\ndef monthly(ids):\n    {call}\n"
    )


CHORDS = [
    Case("called", chord("chord([charge.s(i) for i in ids])(report.s())"), "fail", "has no `.on_error(...)`", "chord("),
    Case("with both arguments", chord("chord([charge.s(1)], report.si()).delay()"), "fail", "shop/tasks.py:14"),
    Case("by name", chord("steps = [charge.s(i) for i in ids]\n    chord(steps)(report.s())"), "fail", "nobody is told"),
    Case("ignored in the header", chord("chord([charge.s(1)])(report.s().on_error(tell.s()))", "ignore_result=True"), "fail", "it can wait for ever"),
    Case("handled", chord("chord([charge.s(1)])(report.s().on_error(tell.s()))"), NOT_FOUND, "has an error handler"),
    Case("handled as an option", chord("chord([charge.s(1)], report.s()).apply_async(link_error=tell.s())"), NOT_FOUND),
    Case("handled by itself", chord("chord([charge.s(1)], report.s()).on_error(tell.s()).delay()"), NOT_FOUND),
    Case("a body with a name", chord("end = report.s().on_error(tell.s())\n    chord([charge.s(1)])(end)"), NOT_FOUND),
    Case("a handler nearby", chord("chord([charge.s(1)])(report.s())\n    tell.s().on_error(tell.s())"), CANNOT_TELL, "beside it"),
    Case("started by the task", "from celery import chord\n@app.task\ndef other(): ...\n@app.task\ndef charge():\n    chord([other.s()])(other.s())\n", "fail", "shop/tasks.py:7"),
    Case("by keywords", chord("chord(header=[charge.s(1)], body=report.s())()"), "fail", "nobody is told"),
    Lookalike("in a test", {"shop/celery.py": "from celery import Celery\napp = Celery()\n", "shop/tasks.py": f"from shop.celery import app\n{PLAIN}", "tests/test_a.py": "from celery import chord\nfrom shop.tasks import charge\nchord([charge.s(1)])(charge.s())\n"}, NOT_FOUND),
    Case("a body that is made", chord("chord([charge.s(1)])(report.made())"), CANNOT_TELL, "what the chord's body is"),
    Lookalike("another task's chord", chord("chord([tell.s(1)])(report.s())"), NOT_FOUND, "no chord holds this task"),
    Lookalike("a group alone", chord("group(charge.s(1)).delay()"), NOT_FOUND),
    Lookalike("a chord of one's own", chord("charge.s(1)").replace("from celery", "from music"), NOT_FOUND),
    Lookalike("music", "from music import chord\n" + PLAIN + "chord([charge.s(1)])(charge.s())\n", NOT_FOUND),
    Case("a body from elsewhere", chord("chord([charge.s(1)])(ids)"), CANNOT_TELL, "what the chord's body is"),
]  # fmt: skip


@table("chord-errback", CHORDS)
def test_somebody_is_told_when_a_chord_fails(case: Case) -> None:
    case.check("chord-errback")


def scheduled(schedule: str, limit: str = "", body: str = "pay()") -> str:
    """A task of a schedule, with options and a line of a body."""
    entry = f'{{"every": {{"task": "shop.tasks.charge", "schedule": {schedule}}}}}'
    imports = "from celery.schedules import crontab\n"
    return f"{imports}app.conf.beat_schedule = {entry}\n\n@app.task({limit})\ndef charge():\n    {body}\n"


PERIODIC = '@app.task(time_limit=90)\ndef charge():\n    pay()\n\n@app.on_after_configure.connect\ndef plan(sender, **kwargs):\n    sender.add_periodic_task({}, charge.s())\n'  # fmt: skip
OVERLAP = [
    Case("may take longer", scheduled("60.0", "time_limit=90"), "fail", "it runs every 60 s (shop/tasks.py:3), `time_limit=90`", "60.0"),
    Case("minutes", scheduled('crontab(minute="*/5")', "time_limit=600"), "fail", "it runs every 300 s"),
    Case("added by hand", PERIODIC.format("60.0"), "fail", "it runs every 60 s"),
    Case("it looks like one of a schedule", "@app.task\ndef charge():\n    pay()\n", "fail", "its body takes no lock"),
    Case("written with dict", "app.conf.beat_schedule = dict(a=dict(task='shop.tasks.charge', schedule=60))\n@app.task(time_limit=90)\ndef charge():\n    pay()\n", "fail", "every 60 s"),
    Case("a schedule by its class", scheduled("schedule(60)", "time_limit=90"), "fail", "every 60 s"),
    Case("once an hour", scheduled("crontab(minute=5)", "time_limit=7200"), "fail", "every 3600 s"),
    Case("each minute", scheduled("crontab()", "time_limit=90"), "fail", "every 60 s"),
    Case("by its given name", scheduled("60.0", "time_limit=90, name='pay'").replace("shop.tasks.charge", "pay"), "fail", "every 60 s"),
    Lookalike("called otherwise", scheduled("60.0", "time_limit=90, name='pay'"), NOT_FOUND, "no entry"),
    Case("half an hour", scheduled("crontab(minute='0,30')", "time_limit=7200"), "fail", "every 1800 s"),
    Case("some minutes", scheduled("crontab(minute='1,2')", "time_limit=7200"), CANNOT_TELL, "crontab(minute='1,2')"),
    Case("a key that is set once", scheduled("60.0", "time_limit=90", "shop.set('charge', 1, nx=True)"), NOT_FOUND, "`nx`"),
    Case("a row that is held", scheduled("60.0", "time_limit=90", "rows.select_for_update()"), NOT_FOUND),
    Case("no number", scheduled("'often'", "time_limit=90"), CANNOT_TELL),
    Case("a limit that is not told", scheduled("60.0", "time_limit=LONG"), CANNOT_TELL),
    Case("ended before", scheduled("60.0", "time_limit=50"), NOT_FOUND, "ends it before its next run"),
    Case("a lock", scheduled("60.0", "time_limit=90", "with shop_lock(): pay()"), NOT_FOUND, "`shop_lock` (line 7)"),
    Case("a key of the cache", scheduled("60.0", "time_limit=90", 'cache.add("charge", 1) and pay()'), NOT_FOUND),
    Lookalike("a base class that locks", scheduled("60.0", "time_limit=90, base=QueueOnce"), NOT_FOUND),
    Lookalike("a timer of its own", scheduled("60.0", "time_limit=90", "for each in TimedIterator(50): pay()"), NOT_FOUND),
    Lookalike("another task's entry", scheduled("60.0").replace("tasks.charge", "tasks.pay"), NOT_FOUND, "no entry"),
    Case("a set is no lock", scheduled("60.0", "time_limit=90", "seen.add(1)"), "fail", "takes no lock"),
    Case("no limit", scheduled("60.0"), CANNOT_TELL, "whether it can take that long"),
    Case("once a day", scheduled("crontab(minute=0, hour=3)", "time_limit=60"), CANNOT_TELL, "crontab(minute=0, hour=3)"),
    Case("it takes arguments", PLAIN, CANNOT_TELL, "no schedule is in the files"),
    Case("settings were not seen", "@app.task\ndef charge():\n    pay()\n", CANNOT_TELL, settings=None),
]  # fmt: skip


@table("beat-overlap", OVERLAP)
def test_a_scheduled_task_does_not_overlap_itself(case: Case) -> None:
    case.check("beat-overlap")


CRONTABS = [
    Case("an hour alone", scheduled("crontab(hour=9)"), "fail", "`crontab(hour=9)` (shop/tasks.py:3)", "crontab(hour=9)"),
    Case("a day alone", scheduled('crontab(day_of_week="mon")'), "fail", "`minute=` is missing"),
    Case("added by hand", "from celery.schedules import crontab\n" + PERIODIC.format("crontab(hour=9)"), "fail", "each minute"),
    Case("written out", scheduled("crontab(hour=9, minute=0)"), NOT_FOUND, "leaves no minute out"),
    Case("by position", scheduled('crontab(0, hour="9")'), NOT_FOUND),
    Lookalike("each minute on purpose", scheduled("crontab()"), NOT_FOUND),
    Lookalike("in a test", {"shop/celery.py": "from celery import Celery\napp = Celery()\n", "shop/tasks.py": f"from shop.celery import app\n{PLAIN}", "tests/test_a.py": "from celery.schedules import crontab\ncrontab(hour=9)\n"}, NOT_FOUND),
    Lookalike("poured in", scheduled("crontab(hour=9, **more)"), NOT_FOUND),
    Lookalike("not Celery's", scheduled("crontab(hour=9)").replace("celery.schedules", "shop.times"), NOT_FOUND),
    Lookalike("an interval", scheduled("60.0"), NOT_FOUND, "no `crontab(...)`"),
    Case("settings were not seen", PLAIN, CANNOT_TELL, "not among the files", settings=None),
]  # fmt: skip


@table("crontab-minute", CRONTABS)
def test_a_crontab_has_a_minute(case: Case) -> None:
    case.check("crontab-minute")


def test_the_crontab_of_another_task_is_left_to_that_one() -> None:
    source = scheduled("crontab(hour=9)") + "\n@app.task\ndef other():\n    pay()\n"
    assert ask("crontab-minute", source, task="other").suggests is None


def test_a_crontab_that_no_task_is_known_for_is_everybodys() -> None:
    source = scheduled("crontab(hour=9)").replace("shop.tasks.charge", "mail.daily")
    assert ask("crontab-minute", source).suggests is Suggested.FAIL
