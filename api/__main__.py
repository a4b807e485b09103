"""The program `papertape`: `python -m papertape` once it is installed, `python -m api` in the repository."""

import sys
from pathlib import Path

_FOLDER = Path(__file__).parent
if (_FOLDER / "api").is_dir():
    # In a wheel this is papertape/__main__.py, beside the packages, which other programs' namesakes must not hide.
    sys.path.insert(0, str(_FOLDER))


def main() -> None:
    """Run the command line."""
    from api.cli import main as cli

    cli.main()


if __name__ == "__main__":
    main()
