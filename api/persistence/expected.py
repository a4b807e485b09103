"""What rows of state must hold, by what history says, and where they hold something else."""

from collections.abc import AsyncIterator, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.persistence.mappers import Values
from domain.money import plain

_CHUNK = 2_000
_LAST_CHANGE = "ordinal"

DESK = UUID(int=0)
"""Where faults are put that belong to no account."""

Key = tuple[object, ...]


class Expected:
    """What the rows must hold: a digest of each, for a long history does not fit in memory."""

    def __init__(self) -> None:
        self._rows: dict[Table, dict[Key, tuple[int, int]]] = {}
        self._seqs: dict[tuple[Table, UUID], int] = {}

    def put(self, table: Table, values: Values, changed: int = 0) -> None:
        """A row as it must be now, last changed at an ordinal or later: a group's rows are written at its end."""
        self._rows.setdefault(table, {})[_key(table, values)] = (_digest(table, values), changed)

    def first_seq(self, table: Table, key: UUID, seq: int) -> int:
        """The seq of a row's first event, given that of an event."""
        return self._seqs.setdefault((table, key), seq)

    async def differences(
        self, connection: AsyncConnection, table: Table, newest: int
    ) -> AsyncIterator[tuple[UUID, str]]:
        """Rows that differ, are missing, or should not be there: with their account."""
        expected = dict(self._rows.get(table, {}))
        result = await connection.stream(select(table).execution_options(yield_per=_CHUNK))
        async for row in result:
            values = dict(row._mapping)
            key = _key(table, values)
            digest, changed = expected.pop(key, (None, 0))
            if digest != _digest(table, values):
                yield _owner(values), f"{table.name} {_named(key)} is not what the journal says"
            elif not changed <= values.get(_LAST_CHANGE, changed) <= newest:
                yield _owner(values), f"{table.name} {_named(key)} is not of the ordinal of its last change"
        for key in expected:
            yield DESK, f"{table.name} {_named(key)} is missing"


def _key(table: Table, values: Mapping[str, Any]) -> Key:
    return tuple(values[column.name] for column in table.primary_key)


def _digest(table: Table, values: Mapping[str, Any]) -> int:
    return hash(tuple(_comparable(values[column.name]) for column in table.c if column.name != _LAST_CHANGE))


def _comparable(value: object) -> object:
    """Numbers as text, all their digits: Python has one hash for -1 and -2."""
    return plain(value) if isinstance(value, Decimal) else value


def _owner(values: Mapping[str, Any]) -> UUID:
    found = values.get("account_id", values["id"] if "enabled" in values else DESK)
    return found if isinstance(found, UUID) else DESK


def _named(key: Key) -> str:
    return " ".join(str(each) for each in key)
