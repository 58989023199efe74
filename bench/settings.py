"""The site's own settings, with the floors beside its URLs."""

from checklist.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
