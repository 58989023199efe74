"""`python -m checklist.scan PATH...`: what the source of Celery tasks suggests for their review. Needs no database, settings or Django."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Sequence

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
        parser.exit(2, f"{parser.prog}: error: {error}\n")
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()
    return commandline.exit_code(result, options)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:  # the reader has seen enough
        sys.stderr.close()
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
