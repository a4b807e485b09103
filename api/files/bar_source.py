"""Where bars come from: the lines of a file, and their layout, which the first of them tell."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import TextIO

from api.files.arrow_records import arrow_records, is_arrow
from api.files.formats.layout import Asked, Layout, layout_of
from api.files.html_rows import is_html
from api.files.json_records import are_json, json_records
from api.files.text_file import DAMAGES, open_text
from api.files.unusable import UnusableBars

_FIRST_LINES = 1_000
_FEW = 10


@dataclass(frozen=True, slots=True)
class BarSource:
    """The lines of a file from its first row on."""

    lines: Iterator[str]
    layout: Layout


@contextmanager
def bar_source(asked: Asked) -> Iterator[BarSource]:
    """The source that a file is. Raises UnusableBars."""
    if is_arrow(asked.path):
        yield _of_records(asked, arrow_records(asked.path))
        return
    try:
        file = open_text(asked.path)
    except OSError as error:
        raise UnusableBars(None, f"cannot be read: {error.strerror or error}") from None
    with file:
        yield _of_text(asked, file)


def _of_text(asked: Asked, file: TextIO) -> BarSource:
    first, rest = _first_lines(file)
    if is_html("".join(first[:_FEW])):
        raise UnusableBars(1, "a page of HTML, not a file of bars: save what it shows as CSV")
    if are_json(first):
        return _of_records(asked, json_records(chain(first, rest)))
    layout = layout_of(asked, first)
    return BarSource(chain(first[layout.above :], rest), layout)


def _of_records(asked: Asked, records: Iterator[str]) -> BarSource:
    """A source of records below a line of titles, which counts for none: a row's line is the number of its record."""
    first, rest = _first_lines(records)
    layout = layout_of(asked, first)
    return BarSource(chain(first[layout.above :], rest), replace(layout, above=0))


def _first_lines(lines: Iterator[str]) -> tuple[list[str], Iterator[str]]:
    """The first lines, and those after them; what breaks off is told of where it does."""
    first: list[str] = []
    try:
        first.extend(islice(lines, _FIRST_LINES))
    except DAMAGES as error:
        if not first:
            raise damaged(1, error) from None
        return first, _broken(error)
    return first, lines


def _broken(error: Exception) -> Iterator[str]:
    """What follows the lines that could be read of a damaged file."""
    yield from ()
    raise error


def damaged(line: int, error: Exception) -> UnusableBars:
    """What is said of a compressed file that is damaged from a line on."""
    return UnusableBars(line, f"the compressed file is damaged from here on: {error}")
