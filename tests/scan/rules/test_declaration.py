"""What the rules about a task's declaration say of short sources."""

from __future__ import annotations

from asking import ask
from rule_cases import CANNOT_TELL, NOT_FOUND, Case, Lookalike, table

from checklist.scan.found import Kind


def task(decorators: str) -> str:
    """A task under these decorators."""
    return f"from elsewhere import UNSEEN, Unseen\n{decorators}\ndef charge(order_id):\n    pass\n"


OF_APP = (
    "from celery import Celery, Task\nclass Coloured(Task):\n    colour = 1\n"
    "class Colours(Celery):\n    task_cls = Coloured\n"
    "app = {}\n@app.task(colour=2)\ndef charge(order_id):\n    pass\n"
)
OPTIONS = [
    Case("misspelt", task("@app.task(retry_limit=4)"), "fail", "did you mean `max_retries`?"),
    Case("a setting's name", task("@app.task(task_time_limit=60)"), "fail", "`task_time_limit=60` is ignored by Celery"),
    Case("a plural", task("@app.task(ignore_results=True)"), "fail", "did you mean `ignore_result`?"),
    Case("all known", task("@app.task(max_retries=3, time_limit=5)"), NOT_FOUND, "each of 2 options is known"),
    Case("none", task("@app.task"), NOT_FOUND, "no options"),
    Lookalike("sent with the message", task("@app.task(queue='mail', priority=3)"), NOT_FOUND, "each of 2 options"),
    Case("an unseen base class", task("@app.task(base=Unseen, colour=1)"), CANNOT_TELL, "`colour`"),
    Lookalike("read by the base class", task("class Coloured(app.Task):\n    colour = 1\n\n@app.task(base=Coloured, colour=2)"), NOT_FOUND, "`colour` is read by the project's own base class"),
    Lookalike("read by the class of the app", {"tasks.py": OF_APP.format("Celery(task_cls=Coloured)")}, NOT_FOUND, "`colour` is read"),
    Lookalike("read by the class that the app names as text", {"tasks.py": OF_APP.format("Celery(task_cls='tasks:Coloured')")}, NOT_FOUND, "`colour` is read"),
    Lookalike("read by the class of a class of apps", {"tasks.py": OF_APP.format("Colours()")}, NOT_FOUND, "`colour` is read"),
    Lookalike("read by a class that the app is given later", {"tasks.py": OF_APP.format("Celery()\napp.Task = Coloured")}, NOT_FOUND, "`colour` is read"),
    Case("misspelt in a decorator of the project", task("def job(**given):\n    return app.task(max_retry=3, **given)\n\n@job()"), "fail", "set by `job`", "return app.task(max_retry=3"),
    Lookalike("read by a decorator of the project", task("def job(**given):\n    given.setdefault('lane', 1)\n    put(given.pop('lane'))\n    return app.task(**given)\n\n@job()"), NOT_FOUND),
    Lookalike("read by a decorator that another one of the project uses", task("def lanes(lane=1, **given):\n    return app.task(**given)\n\ndef job(**given):\n    return lanes(lane=2, **given)\n\n@job(lane=3)"), NOT_FOUND),
    Case("an unseen class of the app", {"tasks.py": OF_APP.format("Celery(task_cls='elsewhere:Coloured')")}, CANNOT_TELL, "'elsewhere:Coloured'", settings=None),
    Case("another class of the app", {"tasks.py": OF_APP.format("Celery(task_cls=Task)")}, "fail", "`colour=2` is ignored", settings=None),
]  # fmt: skip


@table("known-options", OPTIONS)
def test_options_that_celery_ignores_are_told(case: Case) -> None:
    case.check("known-options")


NAMES = [
    Case("named", task('@app.task(name="shop.charge")'), "pass", '`name="shop.charge"`'),
    Case("bare", task("@app.task"), "fail", "no `name=`"),
    Lookalike("named in a mapping", task('OPTIONS = {"name": "shop.charge"}\n\n@app.task(**OPTIONS)'), "pass", "`name="),
    Lookalike("a class with a name", "class charge(app.Task):\n    name = 'shop.charge'\n\n    def run(self, pk):\n        pay(pk)\n\napp.register_task(charge())\n", "pass", "`name="),
    Case("bytes", task('@app.task(name=b"shop.charge")'), "fail", "is no text"),
    Case("nothing", task("@app.task(name=None)"), "fail", "comes from module and function"),
    Case("a name that is not read", task("@app.task(name=UNSEEN)"), CANNOT_TELL, "`name=UNSEEN`"),
    Case("the module's name", task('@app.task(name=f"{__name__}.charge")'), "fail", "changes when the module moves"),
    Case("the module's name, added to", task('@app.task(name=__name__ + ".charge")'), "fail", "changes when the module moves"),
    Lookalike("texts put together", task('SHOP = "shop"\n@app.task(name=f"{SHOP}.charge")'), "pass", "`name="),
    Case("a base class gives no names", task("@app.task(base=Unseen)"), "fail", "no `name=`"),
    Case("unknown options", task("@app.task(**UNSEEN)"), CANNOT_TELL, "UNSEEN"),
]  # fmt: skip


@table("explicit-name", NAMES)
def test_a_missing_name_is_told(case: Case) -> None:
    case.check("explicit-name")


BODIES = [
    Case("async", "@app.task\nasync def charge(x):\n    await pay(x)\n", "fail", "`async def`"),
    Case("generator", "@app.task\ndef charge(x):\n    yield x\n", "fail", "`yield`"),
    Case("plain", "@app.task\ndef charge(x):\n    pay(x)\n", NOT_FOUND, "no `async def`"),
    Lookalike("a coroutine inside", "@app.task\ndef charge(x):\n    async def work():\n        await pay(x)\n    run(work())\n", NOT_FOUND, "no `async def`"),
    Lookalike("a generator expression", "@app.task\ndef charge(x):\n    return sum(y for y in x)\n", NOT_FOUND, "no `yield`"),
    Lookalike("a generator inside", "@app.task\ndef charge(x):\n    def rows():\n        yield x\n    pay(rows())\n", NOT_FOUND, "no `yield`"),
    Case("a base class that runs it", "class Runs(app.Task):\n    def __call__(self, *args):\n        return run(self.run(*args))\n\n"
            "@app.task(base=Runs)\nasync def charge(x):\n    await pay(x)\n", CANNOT_TELL, "`Runs.__call__`"),
    Case("a decorator that runs it", "@app.task\n@to_sync\nasync def charge(x):\n    await pay(x)\n", CANNOT_TELL, "decorator"),
]  # fmt: skip


@table("plain-body", BODIES)
def test_bodies_that_would_never_run_are_told(case: Case) -> None:
    case.check("plain-body")


def test_a_pool_of_ones_own_may_run_coroutines() -> None:
    source = "@app.task\nasync def charge(x):\n    await pay(x)\n"
    finding = ask("plain-body", source, settings='app.conf.worker_pool = "shop.pool:Pool"')
    assert finding.kind is Kind.CANNOT_TELL
    assert "the worker's pool" in finding.text


ORDERS = [
    Case("a wrapper above", task("@measured\n@app.task"), "fail", "`@measured` stands above"),
    Case("a wrapper of the project above", task("def locked(f):\n    def inner(*a):\n        return f(*a)\n    return inner\n\n@locked\n@app.task"), "fail", "`@locked` stands above"),
    Lookalike("below", task("@app.task\n@measured"), "pass", "stands above 1 other"),
    Case("alone", task("@app.task(max_retries=1)"), "pass", "the only one"),
    Lookalike("a signal above", task("@ready.connect\n@app.task"), "pass", "above the task decorator `@ready.connect`, line 3, only registers the task or hands it back", "@ready.connect"),
    Lookalike("signals above and others below", task("@ready.connect\n@gone.connect\n@app.task\n@measured\n@locked"), "pass", "`@gone.connect`, line 4, only registers the task or hands it back; 2 others stand below it"),
    Lookalike("a signal above and one below", task("@ready.connect\n@app.task\n@measured"), "pass", "back; 1 other stands below it"),
    Lookalike("a register of the project above", task("ALL = []\n\ndef known(f):\n    ALL.append(f)\n    return f\n\n@known\n@app.task"), "pass", "the task decorator"),
    Lookalike("made by a call", "@measured\ndef charge(x):\n    pass\n\napp.task(charge)\n", NOT_FOUND, "made by a call"),
    Case("something opaque above", task("def odd(f):\n    return make(f)\n\n@odd\n@app.task"), CANNOT_TELL, "`@odd`"),
]  # fmt: skip


@table("decorator-order", ORDERS)
def test_decorators_above_the_task_are_told(case: Case) -> None:
    case.check("decorator-order")
