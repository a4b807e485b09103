"""What is typed for a command, read before anything is sent."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import typer

from api.cli.running import NOT_DONE, exit_with

Given = Mapping[str, Any]
"""The options of a command by the names of its parameters; None where one was not given."""

NONE = "none"
"""What is typed to take away what may be absent."""


def number(text: str) -> str:
    """A number in any notation the desk reads (R1), as it was typed. Raises BadParameter."""
    from domain.notation import read_number

    _read(read_number, text)
    return text


def number_or_none(text: str) -> str:
    """A number, or the word none. Raises BadParameter."""
    return NONE if text.lower() == NONE else number(text)


def time(text: str) -> str:
    """A time with its offset from UTC (R3), as it was typed. Raises BadParameter."""
    from domain.notation import read_time

    _read(read_time, text)
    return text


def time_or_none(text: str) -> str:
    """A time, or the word none. Raises BadParameter."""
    return NONE if text.lower() == NONE else time(text)


def _read(read: Callable[[str, str], object], text: str) -> None:
    from domain.validation import Invalid

    try:
        read("it", text)
    except Invalid as problem:
        raise typer.BadParameter(problem.message) from None


def pair(text: str) -> str:
    """A name and its meaning like FROM=TO, as it was typed. Raises BadParameter."""
    name, equals, _ = text.partition("=")
    if not name or not equals:
        raise typer.BadParameter(f"{text!r} is not like FROM=TO")
    return text


def require_at_most_one(given: Given, *names: str) -> None:
    """Of options that say the same in different ways one may be given. Ends the program if more are."""
    present = _present(given, names)
    if len(present) > 1:
        exit_with(f"give {_options(present)}, not {'both' if len(present) == 2 else 'all of them'}", NOT_DONE)


def require_one(given: Given, *names: str) -> None:
    """One of the options must be given, and no more than one. Ends the program otherwise."""
    if not _present(given, names):
        exit_with(f"give {_options(names)}", NOT_DONE)
    require_at_most_one(given, *names)


def require_with(given: Given, needed: Iterable[str], *names: str) -> None:
    """Options that mean nothing without one of the needed ones. Ends the program where it is missing."""
    present = _present(given, names)
    if present and not _present(given, needed):
        exit_with(f"{_options(present[:1])} needs {_options(needed)}", NOT_DONE)


def _present(given: Given, names: Iterable[str]) -> list[str]:
    return [name for name in names if given[name] not in (None, False, NONE)]


def _options(names: Iterable[str]) -> str:
    return " or ".join(f"--{name.replace('_', '-')}" for name in names)
