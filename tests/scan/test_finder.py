"""The forms in which tasks are declared, those that only look like it, and what the finder says of each."""

from __future__ import annotations

from textwrap import dedent

import pytest

from checklist.scan.finder import Found, find


def scanned(text: str) -> Found:
    """A scan of files that are written one after the other, each below a line `## its/path.py`."""
    files: dict[str, str] = {}
    path = "tasks.py"
    for line in dedent(text).strip("\n").splitlines():
        if line.startswith("## "):
            path = line[3:]
        else:
            files[path] = files.get(path, "") + line + "\n"
    return find(files)


TASKS = {
    "bare shared_task": ("from celery import shared_task\n@shared_task\ndef charge(): ...", ["charge:3 shared_task"]),
    "called shared_task": (
        "from celery import shared_task as job\n@job()\ndef charge(): ...",
        ["charge:3 shared_task()"],
    ),
    "through the module": (
        "import celery\n@celery.shared_task(bind=True)\ndef charge(self): ...",
        ["charge:3 shared_task()"],
    ),
    "an app under any name": ("from shop.worker import q\n@q.task\ndef charge(): ...", ["charge:3 app.task"]),
    "made here": (
        "from celery import Celery\nx = Celery()\n@x.task(acks_late=True)\ndef charge(): ...",
        ["charge:4 app.task()"],
    ),
    "made by a function": (
        "from celery import Celery\ndef make():\n    a = Celery()\n    return a\nx = make()\n@x.task\ndef charge(): ...",
        ["charge:7 app.task"],
    ),
    "an app that is an attribute": (
        "class A:\n    def b(self):\n        @self.app.task\n        def charge(): ...",
        ["charge:4 app.task"],
    ),
    "a module called tasks": (
        "## shop/tasks.py\nfrom celery import Celery\ntask = Celery().task\n## shop/use.py\nfrom shop import tasks\n@tasks.task\ndef charge(): ...",
        ["charge:3 app.task"],
    ),
    "task = app.task": (
        "## shop/app.py\nfrom celery import Celery\napp = Celery()\ntask = app.task\n## shop/use.py\nfrom .app import task\n@task(name='x')\ndef charge(): ...",
        ["charge:3 app.task()"],
    ),
    "from celery import task": ("from celery import task\n@task\ndef charge(): ...", ["charge:3 app.task"]),
    "old decorators": (
        "from celery.task import periodic_task\n@periodic_task(run_every=3)\ndef charge(): ...",
        ["charge:3 app.task()"],
    ),
    "current_app": ("from celery import current_app\n@current_app.task\ndef charge(): ...", ["charge:3 app.task"]),
    "static method": (
        "from celery import shared_task\nclass Billing:\n    @staticmethod\n    @shared_task\n    def charge(): ...",
        ["Billing.charge:5 shared_task"],
    ),
    "other decorators around it": (
        "from celery import shared_task\n@measured\n@shared_task\n@locked(3)\ndef charge(): ...",
        ["charge:5 shared_task"],
    ),
    "async and odd parameters": (
        "from celery import shared_task\n@shared_task(bind=True)\nasync def charge(self, x, /): ...\n@shared_task\ndef refund(*args): ...",
        ["charge:3 shared_task()", "refund:5 shared_task"],
    ),
    "a preset": (
        "from celery import shared_task\nquick = shared_task(acks_late=True)\n@quick\ndef charge(): ...",
        ["charge:4 preset"],
    ),
    "a preset of another file": (
        "## shop/presets.py\nfrom celery import shared_task\nquick = shared_task(acks_late=True)\n## shop/use.py\nfrom shop.presets import quick as q\n@q\ndef charge(): ...",
        ["charge:3 preset"],
    ),
    "a partial": (
        "from functools import partial\nfrom celery import shared_task\nquick = partial(shared_task, acks_late=True)\n@quick(name='x')\ndef charge(): ...",
        ["charge:5 preset()"],
    ),
    "a decorator that hands on": (
        "from celery import shared_task\ndef job(**options):\n    return shared_task(bind=True, **options)\n@job(name='x')\ndef charge(self): ...",
        ["charge:5 project_decorator()"],
    ),
    "a decorator that wraps": (
        """
        from functools import wraps
        from celery import Celery
        app = Celery()
        def job(name, **kwargs):
            def inner(func):
                @wraps(func)
                def wrapped(*a, **k):
                    return func(*a, **k)
                made = app.task(name=name, **kwargs)(wrapped)
                return limited(made)
            return inner
        @job("x", queue="q")
        def charge(): ...
        """,
        ["charge:13 project_decorator()"],
    ),
    "a bare decorator of the project": (
        "from celery import shared_task\ndef job(func):\n    return shared_task(func)\n@job\ndef charge(): ...",
        ["charge:5 project_decorator"],
    ),
    "a decorator with or without options": (
        """
        from celery import shared_task
        def job(func=None, **options):
            def decorate(f):
                return shared_task(**options)(f)
            return decorate(func) if func else decorate
        @job
        def charge(): ...
        @job(acks_late=True)
        def refund(): ...
        """,
        ["charge:7 project_decorator", "refund:9 project_decorator()"],
    ),
    "a decorator built on another one": (
        """
        from celery import shared_task
        def job(**options):
            def decorate(f):
                return shared_task(**options)(f)
            return decorate
        def retried(**options):
            return job(autoretry_for=(OSError,), **options)
        @retried(name="x")
        def charge(): ...
        """,
        ["charge:9 project_decorator()"],
    ),
    "a decorator whose inner function is the task": (
        """
        from celery import shared_task
        def job(func):
            @shared_task(name=func.__name__)
            def run(*args):
                return func(*args)
            return run
        @job
        def charge(): ...
        """,
        ["charge:8 project_decorator"],
    ),
    "a lambda": (
        "from celery import shared_task\njob = lambda f: shared_task(bind=True)(f)\n@job\ndef charge(self): ...",
        ["charge:4 project_decorator"],
    ),
    "a class that decorates": (
        """
        from celery import shared_task
        class Job:
            def __init__(self, **options):
                self.options = options
            def __call__(self, func):
                return shared_task(**self.options)(func)
        @Job(name="x")
        def charge(): ...
        """,
        ["charge:8 project_decorator()"],
    ),
    "a method of a registry": (
        """
        from celery import Celery
        class Registry:
            def __init__(self):
                self.app = Celery()
            def job(self, **options):
                def decorate(func):
                    return self.app.task(**options)(func)
                return decorate
            def task(self, func):
                return self.app.task(func)
        registry = Registry()
        @registry.job(name="x")
        def charge(): ...
        @registry.task
        def refund(): ...
        """,
        ["charge:13 project_decorator()", "refund:15 project_decorator"],
    ),
    "a plain call": (
        "from celery import Celery\napp = Celery()\ndef charge(): ...\ncharge_task = app.task(name='x')(charge)\n",
        ["charge:3 app.task()"],
    ),
    "a plain call of a function of another file": (
        "## shop/work.py\ndef charge(): ...\n## shop/tasks.py\nfrom celery import shared_task\nfrom shop import work\nrun = shared_task(work.charge)\n",
        ["charge:1 shared_task"],
    ),
    "a plain call in a loop": (
        "from celery import shared_task\ndef charge(): ...\ndef refund(): ...\nfor each in (charge, refund):\n    shared_task(each)\n",
        ["charge:2 shared_task", "refund:3 shared_task"],
    ),
    "when a class is made": (
        "from shop.celery import app\nclass View:\n    def __init_subclass__(cls):\n        def run(self): ...\n        cls.task = app.task(base=cls.base, bind=True)(run)\n",
        ["run:4 app.task()"],
    ),
    "a registered class": (
        "from celery import Task\nfrom shop.celery import app\nclass Charge(Task):\n    name = 'x'\n    def run(self): ...\ncharge = app.register_task(Charge())\n",
        ["Charge:3 class"],
    ),
    "a registered class of far ancestors": (
        "## a.py\nfrom celery import Task\nclass Base(Task):\n    abstract = True\n## b.py\nfrom a import Base\nclass Middle(Base): ...\nclass Charge(Middle, name='x'):\n    def run(self): ...\n## c.py\nfrom b import Charge\nfrom shop.celery import app\nRegistered = app.register_task(Charge())\n",
        ["Charge:3 class"],
    ),
    "a class registered by its instance's name": (
        "from celery import Task\nfrom shop.celery import app\nclass Charge(Task):\n    def run(self): ...\ncharge = Charge()\napp.tasks.register(charge)\n",
        ["Charge:3 class"],
    ),
    "a class under a registering decorator": (
        "from celery import Task\nfrom shop.celery import app\ndef registered(cls):\n    app.register_task(cls())\n    return cls\n@registered\nclass Charge(Task):\n    def run(self): ...\n",
        ["Charge:7 class"],
    ),
    "a class of old releases": (
        "from celery.task import Task\nclass Charge(Task):\n    def run(self): ...\n",
        ["Charge:2 class"],
    ),
    "inside of a function": (
        "def tasks_of(app):\n    @app.task\n    def charge(): ...\n    return charge\n",
        ["charge:3 app.task"],
    ),
    "under a condition": (
        "try:\n    from celery import shared_task\nexcept ImportError:\n    shared_task = None\nif shared_task:\n    @shared_task\n    def charge(): ...\n",
        ["charge:7 shared_task"],
    ),
    "twice the same name": (
        "from celery import shared_task\n@shared_task\ndef charge(): ...\n@shared_task\ndef charge(): ...\n",
        ["charge:3 shared_task", "charge:5 shared_task"],
    ),
    "by star": (
        "## shop/base.py\nfrom celery import Celery\napp = Celery()\n## shop/tasks.py\nfrom .base import *\n@app.task\ndef charge(): ...\n",
        ["charge:3 app.task"],
    ),
    "an app class with decorators of its own": (
        """
        from celery import Celery
        class Own(Celery):
            def periodic_task(self, *args, **kwargs):
                def decorate(f):
                    f = locked(f)
                    return self.task(f, *args, **kwargs)
                return decorate
        app = Own("x")
        @app.periodic_task(name="x", run_every=3)
        def charge(): ...
        """,
        ["charge:10 project_decorator()"],
    ),
    "a decorator that registers later": (
        """
        import venusian
        def task(**kwargs):
            def deco(wrapped):
                def callback(scanner, name, wrapped):
                    app = scanner.config.registry["celery.app"]
                    app.task(**kwargs)(wrapped)
                venusian.attach(wrapped, callback)
                return wrapped
            return deco
        @task(ignore_result=True)
        def charge(): ...
        """,
        ["charge:11 project_decorator()"],
    ),
    "a class that decorates with a function around": (
        """
        from functools import wraps
        from celery import shared_task
        class retryable:
            def __init__(self, *args, **kwargs):
                self.args, self.kwargs = args, kwargs
            def __call__(self, f):
                @wraps(f)
                def inner(*args, **kwargs):
                    return f(*args, **kwargs)
                return shared_task(*self.args, **self.kwargs)(inner)
        @retryable(name="x")
        def charge(): ...
        """,
        ["charge:12 project_decorator()"],
    ),
    "a decorated function inside of a decorator with options": (
        """
        from functools import wraps
        from celery import shared_task
        def job(*args, **options):
            def decorate(func):
                @shared_task(**options)
                @wraps(func)
                def wrapper(*args, **kwargs):
                    return func(*args, **kwargs)
                return wrapper
            if len(args) == 1 and callable(args[0]):
                return decorate(args[0])
            return decorate
        @job
        def charge(): ...
        @job(acks_late=True)
        def refund(): ...
        """,
        ["charge:14 project_decorator", "refund:16 project_decorator()"],
    ),
    "in a function that is handed the app": (
        """
        from celery._state import connect_on_app_finalize
        @connect_on_app_finalize
        def add_map(app):
            @app.task(name="map")
            def xmap(task, it):
                return [task(each) for each in it]
            return xmap
        """,
        ["xmap:5 app.task()"],
    ),
    "newer grammar than Python 3.11": (
        """
        from celery import shared_task
        type Pair[T] = tuple[T, T]
        @shared_task(name=f"{names["charge"]}")
        def charge[T](x: T):
            try:
                ...
            except ValueError, TypeError:
                ...
        class Box[T]:
            @staticmethod
            @shared_task
            def open(): return t"{1}"
        """,
        ["charge:4 shared_task()", "Box.open:12 shared_task"],
    ),
}


@pytest.mark.parametrize("text, expected", TASKS.values(), ids=TASKS)
def test_a_task_is_found_in_each_form(text: str, expected: list[str]) -> None:
    found = scanned(text)
    assert [f"{task.name}:{task.line} {task.form}" for task in found.tasks] == expected
    assert not found.unread


LOOKALIKES = {
    "invoke": "from invoke import task\n@task\ndef build(c): ...",
    "invoke, through the module": "import invoke\n@invoke.task(pre=[clean])\ndef build(c): ...",
    "prefect": "from prefect import task\n@task(retries=3)\ndef load(): ...",
    "airflow": "from airflow.decorators import task\n@task.branch\ndef load(): ...\n@task()\ndef more(): ...",
    "locust": "from locust import HttpUser, task\nclass U(HttpUser):\n    @task(3)\n    def load(self): ...",
    "huey": "from huey import RedisHuey\nhuey = RedisHuey()\n@huey.task()\ndef load(): ...",
    "procrastinate": "import procrastinate\napp = procrastinate.App(connector=c)\n@app.task(queue='sums')\ndef load(): ...",
    "taskiq": "from taskiq import InMemoryBroker\nbroker = InMemoryBroker()\n@broker.task\nasync def load(): ...",
    "faust": "import faust\napp = faust.App('x')\n@app.task\nasync def load(): ...",
    "Django's own tasks": "from django.tasks import task\n@task()\ndef load(): ...",
    "pytest's marks": "import pytest\n@pytest.mark.task\ndef test_load(): ...",
    "a signal": "from celery.signals import task_failure\n@task_failure.connect\ndef load(**kwargs): ...",
    "a docstring": '"""\n@app.task\ndef load(): ...\n"""\nx = "@shared_task"\n',
    "a class that is only called so": "class SendTask:\n    def run(self): ...\nclass TaskSerializer(ModelSerializer): ...",
    "an abstract base": "from celery import Task\nclass Base(Task):\n    abstract = True\n    def on_failure(self, *a): ...\n@app.something(base=Base)\ndef load(): ...",
    "a framework of the project": "class Flow:\n    def task(self, func):\n        self.steps.append(func)\n        return func\nflow = Flow()\n@flow.task\ndef load(): ...",
    "a framework whose methods lead to each other": "from celery import Celery\nclass Flow:\n    def task(self, func):\n        return func\n    def step(self, func):\n        return self.task(func)\nflow = Flow()\n@flow.step\ndef load(): ...",
    "something of a test case": "class Case:\n    def setUp(self):\n        self.flow = Flow()\n    def test_it(self):\n        @self.flow.task\n        def load(): ...\nclass Flow:\n    def task(self, func):\n        return func\n",
    "a framework of another file": "## own/flow.py\ndef task(func):\n    return func\n## own/use.py\nfrom own.flow import task\n@task\ndef load(): ...",
    "a module of a framework of its own": "## own/flow.py\ndef task(func):\n    return func\n## own/use.py\nfrom own import flow\n@flow.task\ndef load(): ...",
    "a property called task": "class A:\n    @property\n    def task(self): ...\n    @task.setter\n    def task(self, x): ...",
    "a mock": "from unittest import mock\n@mock.patch('celery.shared_task')\ndef test_load(m): ...",
    "a function that takes tasks": "def send(task):\n    return task.delay()\nsend(load)\n",
    "a class registered elsewhere": "class Base:\n    def run(self): ...\nclass Squad(Base): ...\nregistry.register_task(Squad)\n",
    "a name that is registered": "@register_task('squad')\nclass Squad(Task): ...\n",
    "an old class that is abstract": "from celery.task import Task\nclass Base(Task):\n    abstract = True\n    def run(self): ...\n",
}


@pytest.mark.parametrize("text", LOOKALIKES.values(), ids=LOOKALIKES)
def test_what_only_looks_like_a_task_is_none(text: str) -> None:
    found = scanned(text)
    assert found.tasks == () and not found.unread


def test_a_decorator_that_was_not_read_makes_a_possible_task() -> None:
    (possible,) = scanned("from shop.jobs import task\n@task\ndef charge(): ...").possible
    assert (possible.name, possible.line, possible.reason) == (
        "charge",
        3,
        "`shop.jobs.task` is not among the files that were read",
    )


def test_a_class_that_nothing_registers_is_a_possible_task() -> None:
    found = scanned(
        """
        import celery
        from shop.apps import app
        class Base(celery.Task):
            def run(self): ...
        class Charge(Base):
            def run(self): ...
        class Refund(celery.Task):
            def run(self): ...
        class Abstract(celery.Task):
            abstract = True
            def run(self): ...
        class WithoutRun(celery.Task): ...
        class Request(celery.worker.request.Request):
            def run(self): ...
        app.register_task(Refund())
        """
    )
    assert [each.name for each in found.tasks] == ["Refund"]
    (possible,) = found.possible
    assert (possible.name, possible.reason.partition(":")[0]) == (
        "Charge",
        "nothing in these files registers this class",
    )


def test_samples_for_a_linter_are_only_possible_tasks() -> None:
    found = scanned("## tests/fixtures/bad.py\nfrom celery import shared_task\n@shared_task\ndef charge(): ...")
    assert not found.tasks and [each.name for each in found.possible] == ["charge"]


def test_a_file_named_like_a_test_is_read_like_any_other() -> None:
    found = scanned("## shop/test_payments.py\nfrom celery import shared_task\n@shared_task\ndef charge(): ...")
    assert [task.path for task in found.tasks] == ["shop/test_payments.py"]


@pytest.mark.parametrize(
    "content, reason",
    [
        ("def charge(:\n", "line 1: "),
        ("print 'x'\n", "line 1: "),
        (b"\xff\xfe\x00", "null bytes"),
        (b"# coding: nonsense\n", "decoded"),
        (b"# caf\xe9\n", "decoded"),
        (b"# coding: idna\nx = 1\n", "declares the encoding idna"),
        (b"# coding: punycode\n-9c" + b"a" * 1_000_000, "declares the encoding punycode"),
        (b"# coding: rot13\nk = 1\n", "declares the encoding rot13"),
        ("x = " + "(" * 300 + ")" * 300, "nested"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_of_and_the_others_are_scanned(content: str | bytes, reason: str) -> None:
    found = find({"bad.py": content, "good.py": "from celery import shared_task\n@shared_task\ndef charge(): ...\n"})
    (unread,) = found.unread
    assert unread.path == "bad.py" and reason in unread.reason
    assert [task.name for task in found.tasks] == ["charge"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "koi8-r", "cp1251", "iso-8859-5", "mac-cyrillic"])
def test_the_encodings_that_people_write_in_are_read(encoding: str) -> None:
    text = f"# coding: {encoding.removesuffix('-sig')}\nfrom celery import shared_task\n@shared_task(name='платёж')\ndef charge(): ...\n"
    (task,) = find({"tasks.py": text.encode(encoding)}).tasks
    assert task.options["name"].value == "платёж"


def test_latin_1_and_windows_lines_are_read() -> None:
    text = (
        "# coding: latin-1\r\nfrom celery import shared_task\r\n@shared_task(name='caf\xe9')\r\ndef charge(): ...\r\n"
    )
    (task,) = find({"tasks.py": text.encode("latin-1")}).tasks
    assert (task.line, task.options["name"].value) == (4, "café")


BASE = "from celery import Task\nclass Retried(Task):\n    max_retries = 9\n"


def retries_of(imported: str, base: str = "base.py", tasks: str = "tasks.py") -> object:
    """The `max_retries` that a task inherits from a file beside it or elsewhere; `None` where it is not linked."""
    source = f"from celery import shared_task\n{imported}\n@shared_task(base=Retried)\ndef charge(): ...\n"
    option = find({tasks: source, base: BASE}).declarations[0].task.options["max_retries"]
    return option.value if option.is_written else None


@pytest.mark.parametrize(
    "imported",
    [
        "from shop.base import Retried",
        "from shop import base\nRetried = base.Retried",
        "from ..shop.base import Retried",
    ],
)
def test_files_without_their_folders_are_linked(imported: str) -> None:
    assert retries_of(imported) == 9


@pytest.mark.parametrize(
    "imported, base, tasks",
    [
        ("from celery.base import Retried", "base.py", "tasks.py"),
        ("from logging.config import Retried", "config.py", "tasks.py"),
        ("from django.db.base import Retried", "base.py", "tasks.py"),
        ("from shop.base import Retried", "other/base.py", "tasks.py"),
        ("from shop.base import Retried", "base.py", "other/tasks.py"),
        ("from shop.tasks import Retried", "base.py", "tasks.py"),
    ],
)
def test_files_that_only_share_a_last_name_are_not_linked(imported: str, base: str, tasks: str) -> None:
    assert retries_of(imported, base, tasks) is None
