"""The rules about the visibility timeout, prefetching, queues and content, and what they do not take for a fault."""

from __future__ import annotations

import pytest
from asking import APP, ask
from rule_cases import CANNOT_TELL, NOT_FOUND, Case, Lookalike, table

from checklist.scan import effort

PLAIN = "@app.task\ndef charge():\n    pay()\n"
LATE = "acks_late=True, time_limit=4 * 3600"
AGAIN = "def again(func):\n    def wrapped(task, *args):\n        try:\n            func(*args)\n        except OSError:\n            task.retry()\n    return wrapped\n"
TIMEOUT = 'app.conf.broker_transport_options = {"visibility_timeout": %s}\n'


def task(options: str, body: str = "pay()", after: str = "") -> str:
    """A task with options and a body, then more lines."""
    return f"@app.task({options})\ndef charge():\n    {body}\n{after}"


def broker(url: str, source: str) -> dict[str, str]:
    """The same task with another broker."""
    return {
        "shop/celery.py": APP.replace("redis://localhost", url),
        "shop/tasks.py": f"from shop.celery import app\n{source}",
    }


SOON = "timezone.now() + timedelta(minutes=9)"
DUE = f"due = {SOON.replace('minutes', 'days')}\n"
VISIBILITY = [
    Case("a late task", task(LATE), "fail", "`time_limit=4 * 3600` (line 2) with `acks_late=True`", "acks_late", TIMEOUT % "3600"),
    Case("the default", task(LATE), "fail", "3600 s by default"),
    Case("the default of SQS", broker("sqs://", task("acks_late=True, time_limit=2000")), "fail", "1800 s by default"),
    Case("a countdown", task("acks_late=False", after="charge.apply_async(countdown=7200)\n"), "fail", "`countdown=7200`"),
    Case("a countdown on a line of its own", task("", after="charge.apply_async(\n    countdown=7200,\n)\n"), "fail", "`countdown=7200` (shop/tasks.py:6)", "countdown=7200,"),
    Case("an eta", task("", after=f"{DUE}charge.apply_async(\n    eta=due,\n)\n"), "fail", "`eta=due` (shop/tasks.py:7)", "eta=due,"),
    Case("an eta of a retry", task("default_retry_delay=7200", f"self.retry(eta={SOON})"), NOT_FOUND, "minutes=9"),
    Case("an eta of a retry on a line of its own", task("", f"self.retry(\n        eta={SOON.replace('minutes', 'days')})"), "fail", "(shop/tasks.py:5)", "eta="),
    Case("an eta at no time that is told", task("", after="charge.apply_async(eta=order.due + timedelta(days=3))\n"), NOT_FOUND, "no late"),
    Case("a retry", task("", "self.retry(countdown=2 * 3600)"), "fail", "`countdown=2 * 3600`"),
    Case("the delay of retries", task("default_retry_delay=7200", "self.retry()"), "fail", "`default_retry_delay=7200`"),
    Case("a backoff", task("autoretry_for=(OSError,), retry_backoff=3000, retry_backoff_max=9000"), "fail", "9000 s"),
    Case("a timeout that covers it", task(LATE), NOT_FOUND, "18000 s", settings=TIMEOUT % "5 * 3600"),
    Lookalike("early acknowledgement", task("time_limit=4 * 3600"), NOT_FOUND, "no late acknowledgement"),
    Case("a backoff that stops before", task("autoretry_for=(OSError,), retry_backoff=9, retry_backoff_max=9000"), NOT_FOUND),
    Lookalike("a delay that nothing waits for", task("default_retry_delay=7200"), NOT_FOUND),
    Case("the default, with no number for another option", task(LATE), "fail", "by default", settings="app.conf.broker_transport_options = {'queue_order': order}\n"),
    Case("options under a name", task(LATE), NOT_FOUND, "18000 s", settings="OPTIONS = dict(visibility_timeout=5 * 3600)\napp.conf.broker_transport_options = OPTIONS\n"),
    Lookalike("a countdown of a test", {**broker("redis://x", task("")), "tests/test_a.py": "from shop.tasks import charge\ncharge.apply_async(countdown=9999)\n"}, NOT_FOUND),
    Lookalike("an argument called countdown", task("", after="charge.delay(countdown=9999)\n"), NOT_FOUND),
    Case("a countdown that is no constant", task("", after="charge.apply_async(countdown=wait())\n"), NOT_FOUND),
    Case("automatic retries without backoff", task("autoretry_for=(OSError,), default_retry_delay=7200"), "fail", "`default_retry_delay=7200`"),
    Case("delays of retries that are no constants", task("default_retry_delay=LONG", "self.retry()"), NOT_FOUND),
    Case("a backoff that cannot be told", task("autoretry_for=(OSError,), retry_backoff=9000, retry_backoff_max=9000, max_retries=MANY"), NOT_FOUND),
    Lookalike("a retry of something else", task("default_retry_delay=7200", "self.refresh(countdown=9999)"), NOT_FOUND),
    Case("a decorator that retries", AGAIN + task("default_retry_delay=99").replace("def ", "@again\ndef "), CANNOT_TELL, "`again` may retry it, line 7, after `default_retry_delay=99` (line 9) or a wait of its own", "task.retry()"),
    Case("a decorator that retries, and no delay", AGAIN + task("base=Unseen, acks_late=False").replace("def ", "@again\ndef "), CANNOT_TELL, "line 7, after a wait of its own; the visibility timeout is 3600 s"),
    Case("a timeout in an entry", task(LATE), NOT_FOUND, "18000 s (shop/celery.py:4)", settings='app.conf.broker_transport_options["visibility_timeout"] = 5 * 3600\n'),
    Case("a timeout in an entry of an entry", task(LATE), NOT_FOUND, "18000 s", settings='app.conf["broker_transport_options"]["visibility_timeout"] = 5 * 3600\n'),
    Case("options in an entry", task(LATE), NOT_FOUND, "18000 s", settings='app.conf["broker_transport_options"] = {"visibility_timeout": 5 * 3600}\n'),
    Case("a timeout that is too short in an entry", task(LATE), "fail", "60 s (shop/celery.py:4)", settings='app.conf.broker_transport_options["visibility_timeout"] = 60\n'),
    Case("a timeout of an update", task(LATE), NOT_FOUND, "18000 s", settings="app.conf.broker_transport_options.update(visibility_timeout=5 * 3600)\n"),
    Case("a timeout of an update with a mapping", task(LATE), NOT_FOUND, "18000 s", settings='app.conf.broker_transport_options.update({"visibility_timeout": 5 * 3600})\n'),
    Case("a timeout of a union", task(LATE), NOT_FOUND, "18000 s", settings='app.conf.broker_transport_options |= {"visibility_timeout": 5 * 3600}\n'),
    Case("a timeout of Django's settings in an entry", {**broker("redis://x", task(LATE)), "shop/settings.py": "CELERY_BROKER_TRANSPORT_OPTIONS = {}\nCELERY_BROKER_TRANSPORT_OPTIONS['visibility_timeout'] = 5 * 3600\n"}, NOT_FOUND, "18000 s (shop/settings.py:2)"),
    Case("an entry of settings that a star brings", {**broker("redis://x", task(LATE)), "shop/settings.py": "from .base import *\nCELERY_BROKER_TRANSPORT_OPTIONS['visibility_timeout'] = 5 * 3600\n"}, NOT_FOUND, "18000 s"),
    Case("another option in an entry", task(LATE), "fail", "by default", settings='app.conf.broker_transport_options["queue_order"] = "x"\n'),
    Case("an update from elsewhere", task(LATE), CANNOT_TELL, "`broker_transport_options`", settings="app.conf.broker_transport_options.update(load())\n"),
    Case("an update from elsewhere after a timeout", task(LATE), CANNOT_TELL, "`broker_transport_options`", settings=TIMEOUT % "60" + "app.conf.broker_transport_options.update(**load())\n"),
    Case("an entry under a key that is not told", task(LATE), CANNOT_TELL, "`broker_transport_options`", settings="app.conf.broker_transport_options[KEY] = 9\n"),
    Case("a timeout that is taken out", task(LATE), CANNOT_TELL, "`broker_transport_options`", settings=TIMEOUT % "60" + "app.conf.broker_transport_options.pop('visibility_timeout')\n"),
    Case("a timeout that is set anew", task(LATE), CANNOT_TELL, "differ", settings=TIMEOUT % "60" + 'app.conf.broker_transport_options["visibility_timeout"] = 5 * 3600\n'),
    Case("an entry in a test", task(LATE), "fail", "3600 s by default", settings='def test_wait():\n    app.conf.broker_transport_options["visibility_timeout"] = 5 * 3600\n'),
    Case("a broker for tests alone", {**broker("%s", task(LATE)), "shop/celery.py": "from celery import Celery\napp = Celery()\n", "shop/settings_test.py": "CELERY_BROKER_URL = 'amqp://x'\n"}, CANNOT_TELL, "neither the broker"),
    Case("a broker of another kind", broker("pigeon://x", task(LATE)), CANNOT_TELL, "the broker is `pigeon`"),
    Case("a timeout that is no number", task(LATE), CANNOT_TELL, "is no number", settings=TIMEOUT % "'x'"),
    Case("brokers that differ", {**broker("redis://x", task(LATE)), "shop/settings.py": "CELERY_BROKER_URL = 'amqp://x'\n"}, CANNOT_TELL, "neither the broker"),
    Case("a timeout of development", {**broker("redis://x", task(LATE)), "shop/dev.py": "CELERY_BROKER_TRANSPORT_OPTIONS = {'visibility_timeout': 99999}\n"}, "fail", "3600 s by default"),
    Case("a timeout from elsewhere", task(LATE), CANNOT_TELL, "what `visibility_timeout`", settings=TIMEOUT % "env('X')"),
    Case("RabbitMQ", broker("amqp://localhost", task(LATE)), "na", "the broker is `amqp`"),
    Case("options from elsewhere", task(LATE), CANNOT_TELL, "`broker_transport_options`", settings="app.conf.broker_transport_options = load()\n"),
    Case("late without a limit", task("acks_late=True"), CANNOT_TELL, "no time limit that is known"),
    Case("settings were not seen", task(LATE), CANNOT_TELL, "neither the broker", settings=None),
]  # fmt: skip


@table("visibility-timeout", VISIBILITY)
def test_no_wait_reaches_the_visibility_timeout(case: Case) -> None:
    case.check("visibility-timeout")


FOUR = "app.conf.worker_prefetch_multiplier = 4\n"
PREFETCH = [
    Case("with late acknowledgement", task("acks_late=True"), "fail", "reserves 4 messages per process", "multiplier", FOUR),
    Case("with long tasks", task("time_limit=600"), "fail", "with `time_limit=600` (line 2)", settings=FOUR),
    Case("without limit", task("time_limit=600"), "fail", "without limit", settings=FOUR.replace("4", "0")),
    Case("one", PLAIN, "pass", "one message per process", settings=FOUR.replace("4", "1")),
    Case("by its old name", PLAIN, "pass", settings="CELERYD_PREFETCH_MULTIPLIER = 1\n"),
    Case("switched off", PLAIN, "pass", "`worker_disable_prefetch` is on", settings="app.conf.worker_disable_prefetch = True\n"),
    Lookalike("in settings for tests", {**broker("redis://x", task("acks_late=True")), "tests/settings.py": "CELERY_WORKER_PREFETCH_MULTIPLIER = 4\n"}, CANNOT_TELL, "not set here"),
    Lookalike("one by the settings of production", {**broker("redis://x", task("acks_late=True")), "shop/settings.py": "CELERY_WORKER_PREFETCH_MULTIPLIER = 1\n", "shop/settings_test.py": "CELERY_WORKER_PREFETCH_MULTIPLIER = 4\n"}, "pass", "one message"),
    Lookalike("an option of that name", task("acks_late=True, prefetch_multiplier=4"), CANNOT_TELL, "not set here"),
    Lookalike("a consumer of its own", task("acks_late=True", "channel.basic_qos(0, prefetch_count=4, a_global=False)"), CANNOT_TELL, "not set here"),
    Lookalike("short tasks", task("time_limit=5"), CANNOT_TELL, "how long the tasks take", settings=FOUR),
    Case("tasks without a limit", PLAIN, CANNOT_TELL, settings=FOUR),
    Case("not a number", task("acks_late=True"), CANNOT_TELL, "comes to", settings=FOUR.replace("4", "'4'")),
    Case("prefetching left on", PLAIN, CANNOT_TELL, settings="app.conf.worker_disable_prefetch = False\n"),
    Case("not set", task("acks_late=True"), CANNOT_TELL, "the command line of the worker may set it"),
    Case("from the environment", task("acks_late=True"), CANNOT_TELL, settings=FOUR.replace("4", "env(1)")),
    Case("settings were not seen", PLAIN, CANNOT_TELL, "not among the files", settings=None),
]  # fmt: skip


@table("prefetch", PREFETCH)
def test_long_tasks_are_not_prefetched(case: Case) -> None:
    case.check("prefetch")


ROUTE = 'app.conf.task_routes = {"%s": {"queue": "slow"}}\n'
QUEUES = 'from kombu import Queue\napp.conf.task_queues = [Queue("slow"), Queue("fast")]\n'
SENT = 'charge.apply_async(queue="%s")\n'
KNOWN = [
    Case("a route to nowhere", PLAIN, "fail", "`slow` (shop/celery.py:4) is in no `task_queues`", "slow", ROUTE % "shop.*"),
    Case("a route by name", PLAIN, "fail", "`slow`", settings=ROUTE % "shop.tasks.charge"),
    Case("a route of nobody", PLAIN, "fail", "`slow`", settings=ROUTE % "reports.*"),
    Case("misspelt where it is sent", PLAIN + SENT % "solw", "fail", "`solw` (shop/tasks.py:5) is not in", settings=QUEUES),
    Case("misspelt in the decorator", task('queue="solw"'), "fail", "`solw`", settings=QUEUES),
    Case("pairs", PLAIN, "fail", "`slow`", settings='app.conf.task_routes = ([("shop.*", {"queue": "slow"})],)\n'),
    Case("declared", PLAIN, NOT_FOUND, "among the queues", settings=QUEUES + ROUTE % "shop.*"),
    Case("added to the declared", PLAIN, NOT_FOUND, settings="CELERY_TASK_QUEUES = []\nCELERY_TASK_QUEUES += [Queue('slow')]\n" + ROUTE % "shop.*"),
    Case("appended to the declared", PLAIN, NOT_FOUND, settings=QUEUES + "app.conf.task_queues.append(Queue('a'))\n" + (ROUTE % "shop.*").replace("slow", "a")),
    Case("declared in an entry", PLAIN, NOT_FOUND, settings="app.conf.task_queues = {}\napp.conf.task_queues['slow'] = {}\n" + ROUTE % "shop.*"),
    Case("appended from elsewhere", PLAIN, CANNOT_TELL, "what `task_queues`", settings=QUEUES + "app.conf.task_queues.extend(load())\n" + (ROUTE % "shop.*").replace("slow", "a")),
    Case("one of the declared taken out", PLAIN, CANNOT_TELL, "what `task_queues`", settings=QUEUES + "app.conf.task_queues.pop()\n" + ROUTE % "shop.*"),
    Case("appended to a list under a name", PLAIN, CANNOT_TELL, "what `task_queues`", settings="MINE = [Queue('a')]\nMINE.append(Queue(best()))\napp.conf.task_queues = MINE\n" + ROUTE % "shop.*"),
    Case("declared by one of two", PLAIN, "fail", "`slow`", settings="if A:\n    MINE = []\nelse:\n    MINE = [Queue('b')]\napp.conf.task_queues = MINE\n" + ROUTE % "shop.*"),
    Case("declared under a name that leads to itself", PLAIN, CANNOT_TELL, "what `task_queues`", settings="MINE = [Queue('b')]\nMINE = MINE + [Queue('c')]\napp.conf.task_queues = MINE\n" + ROUTE % "shop.*"),
    Case("declared by a parameter", PLAIN, CANNOT_TELL, "what `task_queues`", settings="def setup(queues):\n    app.conf.task_queues = queues\n" + ROUTE % "shop.*"),
    Case("a list that is read poured into the declared", PLAIN, NOT_FOUND, settings="MINE = [Queue('slow')]\napp.conf.task_queues = [Queue('a'), *MINE]\n" + ROUTE % "shop.*"),
    Case("each of a list", PLAIN, CANNOT_TELL, "what `task_queues`", settings="app.conf.task_queues = [Queue(n) for n in NAMES]\n" + ROUTE % "shop.*"),
    Case("poured into the declared", PLAIN, CANNOT_TELL, "task_queues`", settings="app.conf.task_queues = {'a': {}, **load()}\n" + ROUTE % "shop.*"),
    Case("a list poured into the declared", PLAIN, CANNOT_TELL, "task_queues`", settings="app.conf.task_queues = [Queue('a'), *load()]\n" + ROUTE % "shop.*"),
    Case("a mapping that is read poured into the declared", PLAIN, NOT_FOUND, settings="MINE = {'slow': {}}\napp.conf.task_queues = {'a': {}, **MINE}\n" + ROUTE % "shop.*"),
    Case("a key of the declared that is not told", PLAIN, CANNOT_TELL, "a name in", settings="app.conf.task_queues = {best(): {}}\n" + ROUTE % "shop.*"),
    Case("the default queue", task('queue="celery"'), NOT_FOUND, settings=QUEUES),
    Case("no queue at all", PLAIN, NOT_FOUND, "it goes to the default one"),
    Lookalike("another task's route", PLAIN + "@app.task\ndef other(): ...\n", NOT_FOUND, settings=ROUTE % "shop.tasks.other"),
    Case("declared by name", PLAIN, NOT_FOUND, settings="from kombu import Queue\napp.conf.task_queues = (Queue(name='slow'),)\n" + ROUTE % "shop.*"),
    Case("declared in a mapping", PLAIN, NOT_FOUND, settings="app.conf.task_queues = {'slow': {}}\n" + ROUTE % "shop.*"),
    Case("declared under a name", PLAIN, NOT_FOUND, settings="from kombu import Queue\nMINE = [Queue('slow')]\napp.conf.task_queues = MINE + [Queue('x')]\n" + ROUTE % "shop.*"),
    Case("the default queue of the project", PLAIN, NOT_FOUND, settings="app.conf.task_default_queue = 'slow'\n" + ROUTE % "shop.*"),
    Case("routes under a name", PLAIN, "fail", "`slow`", settings='ROUTES = {"shop.*": "slow"}\napp.conf.task_routes = ROUTES\n'),
    Case("a route for the name it was given", task('name="pay.charge"'), "fail", "`slow`", settings=ROUTE % "pay.*"),
    Lookalike("a route that its given name leaves", task('name="pay.charge"') + "@app.task\ndef other(): ...\n", NOT_FOUND, settings=ROUTE % "shop.*"),
    Lookalike("sent to it in a test", {**broker("redis://x", PLAIN), "tests/test_a.py": "from shop.tasks import charge\n" + SENT % "solw"}, NOT_FOUND),
    Case("a computed queue at a call", PLAIN + "charge.apply_async(queue=best())\n", CANNOT_TELL, "`queue=best()`", "queue=best()"),
    Case("a computed queue of its own", task("queue=best()"), CANNOT_TELL, "`queue=best()`", "queue=best()"),
    Case("a computed one beside a misspelt one", task("queue=best()") + SENT % "solw", "fail", "`solw`", settings=QUEUES),
    Case("a computed one beside a declared one", task("queue=best()") + SENT % "slow", CANNOT_TELL, "`queue=best()`", settings=QUEUES),
    Case("a route without a queue", PLAIN, CANNOT_TELL, settings='app.conf.task_routes = {"shop.*": {"priority": 1}}\n'),
    Case("a queue whose name is not told", PLAIN, CANNOT_TELL, "a name in", settings="app.conf.task_queues = [Queue(best())]\n" + ROUTE % "shop.*"),
    Case("a default queue that is not told", PLAIN, CANNOT_TELL, "`task_default_queue`", settings="app.conf.task_default_queue = best()\n" + ROUTE % "shop.*"),
    Case("missing ones may be made", PLAIN, "fail", settings=ROUTE % "shop.*" + "app.conf.task_create_missing_queues = True\n"),
    Case("queues from elsewhere", PLAIN, CANNOT_TELL, "what `task_queues`", settings=ROUTE % "shop.*" + "app.conf.task_queues = load()\n"),
    Case("routes from elsewhere", PLAIN, CANNOT_TELL, "what `task_routes`", settings="app.conf.task_routes = route\n"),
    Case("named twice", PLAIN + SENT % "slow", CANNOT_TELL, "named in several places", settings=ROUTE % "shop.*"),
    Case("refused when missing", PLAIN, CANNOT_TELL, "refuses", settings=ROUTE % "shop.*" + "app.conf.task_create_missing_queues = False\n"),
    Case("settings were not seen", task('queue="slow"'), CANNOT_TELL, "not among the files", settings=None),
]  # fmt: skip


@table("known-queue", KNOWN)
def test_queues_are_declared(case: Case) -> None:
    case.check("known-queue")


def test_the_search_for_the_tasks_of_all_routes_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = "".join(f"@app.task\ndef other{each}(): ...\n" for each in range(20))
    routes = "".join(f"'bank.other{each}': 'slow', " for each in range(20))
    monkeypatch.setattr(effort, "PER_SCAN", 400)
    with pytest.raises(effort.TooMuchError):
        ask("known-queue", PLAIN + tasks, settings=f"app.conf.task_routes = {{{routes}}}\n")


JSON = [
    Case("accepted", PLAIN, "fail", "`pickle` in `accept_content` (shop/celery.py:4)", "pickle", "app.conf.accept_content = ['json', 'pickle']\n"),
    Case("by its old name", PLAIN, "fail", "`task_serializer`", settings="CELERY_TASK_SERIALIZER = 'pickle'\n"),
    Case("results", PLAIN, "fail", "`yaml` in `result_serializer`", settings="app.conf.result_serializer = 'yaml'\n"),
    Case("an option", task('serializer="pickle"'), "fail", "`serializer=\"pickle\"` (line 2)", "serializer"),
    Case("where it is sent", PLAIN + 'charge.apply_async(serializer="pickle")\n', "fail", "(shop/tasks.py:5)"),
    Case("JSON", PLAIN, NOT_FOUND, "name pickle or yaml", settings="app.conf.accept_content = ['json']\n"),
    Lookalike("a serializer of one's own", PLAIN, NOT_FOUND, settings="app.conf.task_serializer = 'picklefish'\n"),
    Lookalike("in tests", broker("redis://x", PLAIN) | {"tests/settings.py": "CELERY_TASK_SERIALIZER = 'pickle'\n"}, NOT_FOUND),
    Lookalike("pickle in the body", task("", 'pickle.dumps("pickle")'), NOT_FOUND),
    Case("JSON where it is sent", PLAIN + 'charge.apply_async(serializer="json")\ncharge.delay()\n', NOT_FOUND),
    Lookalike("sent with pickle in a test", {**broker("redis://x", PLAIN), "tests/test_a.py": "from shop.tasks import charge\ncharge.apply_async(serializer='pickle')\n"}, NOT_FOUND),
    Case("an option of JSON", task('serializer="json"'), NOT_FOUND),
    Case("from the environment", PLAIN, CANNOT_TELL, "`accept_content`", settings="app.conf.accept_content = env('A')\n"),
    Case("settings were not seen", PLAIN, CANNOT_TELL, "not among the files", settings=None),
]  # fmt: skip


@table("json-only", JSON)
def test_only_json_is_accepted(case: Case) -> None:
    case.check("json-only")
