"""Functions that are made of source text: a line for each field of a record, instead of a loop that decides for each
field anew what is the same for all records."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any


def function(arguments: str, lines: Iterable[str], known: Mapping[str, Any]) -> Callable[..., Any]:
    """A function of these arguments with this body, in which some names are known. The text is of the caller's own
    making: it holds names of fields, and never a value."""
    namespace = dict(known)
    exec("\n    ".join([f"def made({arguments}):", *lines]), namespace)  # noqa: S102 - see above
    made: Callable[..., Any] = namespace["made"]
    return made
