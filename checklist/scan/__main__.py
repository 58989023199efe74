"""`python -m checklist.scan PATH...`: what the source of Celery tasks suggests for their review. Needs no database, settings or Django."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import NoReturn

from checklist.scan import commandline, guide
from checklist.scan.commandline import UsageError


def main(arguments: Sequence[str] | None = None) -> int:
    """Scan and print. Returns 0, 1 when `--fail-on` asks for it, or 2 for what cannot be carried out."""
    parser = ArgumentParser("python -m checklist.scan", description=__doc__)
    commandline.add_arguments(parser)
    options = parser.parse_args(arguments)
    try:
        result = commandline.run(options, guide.folders())
        text = commandline.written(result, options)
    except UsageError as error:
        sys.stderr.write(f"{parser.prog}: error: {error}\n")
        return 2
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()
    return commandline.exit_code(result, options)


def end(code: int) -> NoReturn:
    """End at once: to take apart the syntax trees of a large project takes as long as a part of the scan."""
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    try:
        end(main())
    except BrokenPipeError:  # the reader has seen enough
        end(0)
    except KeyboardInterrupt:
        end(130)
