"""Django's settings. Everything that differs between machines comes from the environment, through `environment.py`."""

from __future__ import annotations

from pathlib import Path

from csp.constants import NONE, SELF

from checklist import sentry
from checklist.environment import Environment

BASE_DIR = Path(__file__).resolve().parent.parent
_environment = Environment(BASE_DIR)

DEBUG = _environment.debug
VAR_DIR = _environment.var
PUBLIC_URL = _environment.public_url
ALLOWED_HOSTS = _environment.allowed_hosts
TRUSTED_PROXIES = _environment.trusted_proxies
CONTENT_DIRS = _environment.content_dirs
DATABASES = {"default": _environment.database}
SECRET_KEY = _environment.secret_key

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "checklist.catalogue",
    "checklist.audits",
]

MIDDLEWARE = [
    "checklist.middleware.TrustedProxies",
    "checklist.requestlog.RequestLog",
    "checklist.middleware.PrivatePages",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "checklist.compression.Compression",
    "csp.middleware.CSPMiddleware",
    "checklist.middleware.FixedHeaders",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.common.CommonMiddleware",
    "checklist.limits.Limits",
    "checklist.unavailable.DatabaseAway",
    "checklist.middleware.SameOriginWrites",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    # For the admin: they open a session only when somebody asks for it.
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

ROOT_URLCONF = "checklist.urls"
WSGI_APPLICATION = "checklist.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["checklist.loaders.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["django.templatetags.static", "checklist.scripts"],
        },
    }
]

# Static files: hashed names, made small and compressed once when they are collected. Other sites have no use for them.
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "checklist.staticfiles.MinifiedStorage"
    }
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_ALLOW_ALL_ORIGINS = False

# Security. With an https PUBLIC_URL everything that belongs to https is on.
_https = PUBLIC_URL.startswith("https://")
SECURE_SSL_REDIRECT = _https
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _https else 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
# HSTS for the subdomains of PUBLIC_URL's host, and its place in browsers' preload lists, are for the owner of the domain to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

# Limits. A note of 4,000 characters is at most 48 kB as a form; a form has at most a handful of fields. Where source code is taken, a
# body may be larger, and there and where suggestions are accepted a form, too: `limits.Limits` knows which routes these are, for
# Django the largest counts. What is uploaded stays in memory: no
# source is written to the server's disk unless somebody asks for that.
MOST_BYTES = 256 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = FILE_UPLOAD_MAX_MEMORY_SIZE = 4608 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
MOST_FIELDS = 100  # of a form, and as many files
# As many tasks as may be chosen and files as may be given, with room for a page that says in words that these are too many.
DATA_UPLOAD_MAX_NUMBER_FIELDS = DATA_UPLOAD_MAX_NUMBER_FILES = 1000

STARTS_PER_PERIOD = _environment.number("STARTS_PER_HOUR", 1000)  # audits that one client may start
STARTS_PERIOD = 3600  # seconds
MOST_CHANGES = 100_000  # that the history of one audit keeps
LIST_PAGE_SIZE = 50  # audits on a page of a list
HISTORY_PAGE_SIZE = 200  # changes on a page of a history

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "checklist.logs.RedactingFormatter", "form": _environment.log_format}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "django": {"handlers": [], "level": "NOTSET", "propagate": True},
        "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
        # They name every variable that a template leaves empty, with all that it has, and every rule that is tried on a line.
        "django.template": {"level": "INFO"},
        "markdown_it": {"level": "INFO"},
    },
    "root": {"handlers": ["console"], "level": _environment.log_level.upper()},
}

# Errors are sent to a Sentry when the environment names one.
if _sentry := _environment.text("SENTRY_DSN"):
    sentry.start(_sentry)
