"""What the rows of read models must hold, by what history says, and where they hold something else."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, select

from api.persistence.mappers import Values
from api.persistence.projections.projection import Key, Projection
from api.persistence.projections.registry import PROJECTIONS
from domain.money import plain

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

    def put(self, projection: Projection, values: Values) -> None:
        """A row as it is now, last changed at its ordinal or later: a group's rows are written at its end."""
        rows, key = self._rows[projection], projection.key(values)
        if key in rows:
            values = projection.after(rows[key][2], values)
        rows[key] = _digest(projection.table, values), values.get(_LAST_CHANGE, 0), projection.lasting(values)

    def differences(self, connection: Connection, newest: int) -> Iterator[tuple[UUID, str]]:
        """Rows that differ, are missing, or should not be there: with their account. `newest` is the last ordinal."""
        for projection in PROJECTIONS:
            yield from self._differences_in(connection, projection, newest)

    def _differences_in(
        self, connection: Connection, projection: Projection, newest: int
    ) -> Iterator[tuple[UUID, str]]:
        table, missing = projection.table, dict(self._rows[projection])
        with connection.execute(select(table).execution_options(yield_per=_CHUNK)) as result:
            for row in result:
                values = dict(row._mapping)
                key = projection.key(values)
                digest, changed, _ = missing.pop(key, (None, 0, ()))
                if digest != _digest(table, values):
                    yield _owner(projection, values), f"{table.name} {_named(key)} is not what the journal says"
                elif not changed <= values.get(_LAST_CHANGE, changed) <= newest:
                    fault = f"{table.name} {_named(key)} is not of the ordinal of its last change"
                    yield _owner(projection, values), fault
        for key in missing:
            yield DESK, f"{table.name} {_named(key)} is missing"


def _digest(table: Table, values: Mapping[str, Any]) -> int:
    return hash(tuple(_comparable(values[column.name]) for column in table.c if column.name != _LAST_CHANGE))


def _comparable(value: object) -> object:
    """Numbers as text, all their digits: Python has one hash for -1 and -2."""
    return plain(value) if isinstance(value, Decimal) else value


def _owner(projection: Projection, values: Mapping[str, Any]) -> UUID:
    owner = DESK if projection.account is None else values[projection.account]
    return owner if isinstance(owner, UUID) else DESK


def _named(key: Key) -> str:
    return " ".join(str(part) for part in key)
