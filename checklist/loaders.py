"""How templates are read: without their indentation, which serves whoever writes them and would be sent with every page."""

from __future__ import annotations

import re

from django.template import Origin
from django.template.loaders import filesystem

INDENTATION = re.compile(r"^[ \t]+(?=[<{])", re.MULTILINE)


class Loader(filesystem.Loader):
    """Django's loader of files. What is written into a template keeps its spaces, and each line its number."""

    def get_contents(self, origin: Origin) -> str:
        """The text of a template."""
        return INDENTATION.sub("", str(super().get_contents(origin)))
