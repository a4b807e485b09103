"""What the rows of read models must hold, by what history says, and where they hold something else."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from api.persistence.projections.projection import Key, MadeRow, Projection
from api.persistence.projections.registry import PROJECTIONS
from api.persistence.types import as_stored
from api.persistence.written_rows import StoredRow

_CHUNK = 2_000
_LAST_CHANGE = "ordinal"

DESK = UUID(int=0)
"""Where faults are put that belong to no account."""

_Expected = tuple[int | None, int, tuple[Any, ...]]
"""A row's digest, the ordinal of its last change, and what a later row of its key must know."""


class ExpectedRows:
    """What the rows must hold: a digest of each, for a long history does not fit in memory."""

    def __init__(self) -> None:
        self._rows: dict[Projection, dict[Key, _Expected]] = {projection: {} for projection in PROJECTIONS}

    def put(self, projection: Projection, made: MadeRow) -> None:
        """A row as it is now, last changed at its ordinal or later: a group's rows are written at its end."""
        row = projection.stored(made)
        rows, key = self._rows[projection], projection.key(row)
        if key in rows:
            row = projection.after(rows[key][2], row)
        changed = _last_change(projection, row)
        rows[key] = _digest(projection, row), 0 if changed is None else changed, projection.lasting(row)

    def differences(self, connection: Connection, newest: int) -> Iterator[tuple[UUID, str]]:
        """Rows that differ, are missing, or should not be there: with their account. `newest` is the last ordinal."""
        for projection in PROJECTIONS:
            yield from self._differences_in(connection, projection, newest)

    def _differences_in(
        self, connection: Connection, projection: Projection, newest: int
    ) -> Iterator[tuple[UUID, str]]:
        table, missing = projection.table, dict(self._rows[projection])
        query = select(*map(as_stored, table.c)).execution_options(yield_per=_CHUNK)
        with connection.execute(query) as result:
            for row in map(tuple, result):
                key = projection.key(row)
                digest, changed, _ = missing.pop(key, (None, 0, ()))
                told = _last_change(projection, row)
                if digest != _digest(projection, row):
                    yield _owner(projection, row), f"{table.name} {_named(key)} is not what the journal says"
                elif told is not None and not (isinstance(told, int) and changed <= told <= newest):
                    fault = f"{table.name} {_named(key)} is not of the ordinal of its last change"
                    yield _owner(projection, row), fault
        for key in missing:
            yield DESK, f"{table.name} {_named(key)} is missing"


def _digest(projection: Projection, row: StoredRow) -> int:
    """Of the text of the row, but for its last change: Python has one hash for -1 and -2."""
    place = projection.places.get(_LAST_CHANGE, len(row))
    return hash(str((*row[:place], *row[place + 1 :])))


def _last_change(projection: Projection, row: StoredRow) -> int | None:
    """The ordinal of a row's last change, if it tells it."""
    place = projection.places.get(_LAST_CHANGE)
    return None if place is None else row[place]


def _owner(projection: Projection, row: StoredRow) -> UUID:
    owner = DESK if projection.account is None else row[projection.places[projection.account]]
    return owner if isinstance(owner, UUID) else DESK


def _named(key: Key) -> str:
    return " ".join(str(part) for part in key)
