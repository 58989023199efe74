"""Who else calls a decorator `task`, and what Celery calls its own."""

CELERY = {
    "celery.shared_task": "shared_task",
    "celery.app.shared_task": "shared_task",
    "celery.contrib.methods.task": "app.task",
    "celery.task": "app.task",
    "celery.task.task": "app.task",
    "celery.task.base.task": "app.task",
    "celery.task.periodic_task": "app.task",
    "celery.task.base.periodic_task": "app.task",
    "celery.decorators.task": "app.task",
    "celery.decorators.periodic_task": "app.task",
    "celery.current_app.task": "app.task",
}

# Packages whose decorators called `task` make something else. A decorator `.task` of anything else that the scan does not hold is taken for Celery's.
# fmt: off
OTHERS = {
    "airflow", "apscheduler", "arq", "asyncio", "background_task", "behave", "chalice", "crewai", "dagster",
    "dbos", "discord", "django", "django_huey", "django_q", "django_rq", "django_tasks", "doit", "dramatiq",
    "fabric", "faust", "flask_apscheduler", "flytekit", "gevent", "hatchet_sdk", "huey", "inngest", "invoke",
    "kedro", "kubiya", "locust", "luigi", "metaflow", "mock", "modal", "mode", "molten", "nox", "parsl",
    "kuyruk", "pdm", "poethepoet", "prefect", "procrastinate", "pytask", "pytest", "ray", "robocorp", "rocketry", "rq", "saq",
    "snakemake", "spinach", "streaq", "taskipy", "taskiq", "temporalio", "toga", "trio", "unittest", "viewflow", "waflib", "wakaq",
    "zappa",
}
# fmt: on

# What people call the function that a decorator is given.
FUNCTION_NAMES = {"f", "fn", "fun", "func", "function", "method", "wrapped", "callback", "target"}
