"""Rows that SQLite inserts several at a time, with one statement: in two thirds of the time that one by one takes."""

from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any, Protocol

_VALUES = 240
"""How many values a statement takes at most: with more, a row costs no less."""


class Cursor(Protocol):
    """What executes statements."""

    def execute(self, sql: str, parameters: Sequence[Any], /) -> Any:
        """Execute one."""

    def executemany(self, sql: str, parameters: Sequence[Sequence[Any]], /) -> Any:
        """Execute one with each of some parameters."""


def insert_all(cursor: Cursor, sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows, all as wide, by a statement that inserts one, whatever it does about conflicts."""
    at_once = _VALUES // len(rows[0]) if rows else 1
    rest = len(rows) - len(rows) % at_once
    for first in range(0, rest, at_once):
        together = [*chain.from_iterable(rows[first : first + at_once])]
        cursor.execute(_joint(sql, len(rows[0]), at_once), together)
    cursor.executemany(sql, rows[rest:])


@cache
def _joint(sql: str, width: int, count: int) -> str:
    row = f"({', '.join('?' * width)})"
    insertion, _, conflicts = sql.partition(row)
    return f"{insertion}{', '.join([row] * count)}{conflicts}"
