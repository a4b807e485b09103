"""The console script."""

import sys

from typer.exceptions import TyperException

from api.cli.app import app
from api.cli.standard_streams import open_standard_streams
from api.garbage import collect_seldom


def main() -> None:
    """The console script: what cannot be understood is said in one line, with a non-zero exit."""
    open_standard_streams()
    collect_seldom()
    try:
        code = app(sys.argv[1:] or ["--help"], standalone_mode=False)
    except TyperException as problem:
        said = " ".join(problem.format_message().replace("Value error, ", "").split())
        sys.stderr.write(f"papertape: {said} (--help says more)\n")
        code = problem.exit_code
    sys.exit(code)
