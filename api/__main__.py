"""The program `papertape`, also `python -m api`."""

import sys

from api.server.memory import use_system_allocator


def main() -> None:
    """Run the command line; servers choose their allocator before anything is loaded."""
    if sys.argv[1:2] in (["serve"], ["demo"]):
        use_system_allocator()
    from api.cli import main as cli

    cli.main()


if __name__ == "__main__":
    main()
