"""Rows of a file of bars that stand below each other, column by column: what most rows of most files can be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from api.files.known_figures import FigureColumns, FigureTexts
from domain.durations import DAY_IN_SECONDS

DAY_IN_MICROSECONDS = DAY_IN_SECONDS * 1_000_000

Figures = tuple[Decimal, Decimal, Decimal, Decimal, Decimal | None]
"""Open, high, low, close, and the volume if it is known."""


@dataclass(frozen=True, slots=True)
class RowBlock:
    """Rows of one offset from UTC; `walls` are microseconds since the year 1 on the wall.

    `symbols` has one for each row, `written` those of them that do not stand in the file as they are read. Without
    `figures` the rows are no bars, and tell only of times; `columns` are the figures as they were read, where they are
    still known.
    """

    lines: Sequence[int]
    symbols: Sequence[str]
    walls: Sequence[int]
    offset: int
    figures: FigureTexts | None
    columns: FigureColumns | None = None
    are_dates: bool = False
    written: Sequence[str] = ()


class Gap(NamedTuple):
    """How often two rows of a symbol that follow each other are so far apart; `weekday` is the earlier's, Monday 0."""

    length: timedelta
    weekday: int
    rows: int


def microseconds(span: timedelta) -> int:
    """A span as an integer."""
    return (span.days * DAY_IN_SECONDS + span.seconds) * 1_000_000 + span.microseconds


def wall_of(wall: int) -> datetime:
    """A wall time as it was before it was an integer."""
    return datetime.min + timedelta(microseconds=wall)


def instant(microseconds_of_utc: int) -> datetime:
    """An instant as it was before it was an integer."""
    return wall_of(microseconds_of_utc).replace(tzinfo=UTC)
