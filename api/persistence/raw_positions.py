"""Rows of open positions as the database holds them, and the Position that one of them stands for.

A row is a tuple: a position's columns but its id, and after these the columns of each of its fills, the entry first.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Connection, Dialect, Table, bindparam, select, type_coerce
from sqlalchemy.types import NULLTYPE

from api.persistence import tables
from api.persistence.chunks import chunks
from api.persistence.mappers import Convert, readers
from domain.portfolio.fill import Fill
from domain.portfolio.lazy_map import Stored
from domain.portfolio.position import Position

Steps = tuple[Convert, ...]

_AT_ONCE = 2_000

_OF_POSITION = tuple(name for name, _ in readers(Position) if name not in ("id", "fills"))
_OF_FILL = tuple(name for name, _ in readers(Fill))
_WIDTH, _FILL_WIDTH = len(_OF_POSITION), len(_OF_FILL)
_NUMBER = _WIDTH + _OF_FILL.index("number")
PLACES: Mapping[str, int] = {name: place for place, name in enumerate(_OF_POSITION)}
"""Where in a row each column of a position stands."""
_ACCOUNT = PLACES["account_id"]


def _raw(column: Column[Any]) -> Any:
    return type_coerce(column, NULLTYPE).label(None)


_HELD = (
    select(
        *(_raw(tables.positions.c[name]) for name in ("id", *_OF_POSITION)),
        *(_raw(tables.fills.c[name]) for name in _OF_FILL),
    )
    .join(tables.fills, tables.fills.c.position_id == tables.positions.c.id)
    .where(tables.positions.c.account_id.in_(bindparam("ids", expanding=True)), tables.IS_HELD)
)


def raw_positions(connection: Connection, accounts: Sequence[UUID]) -> dict[UUID, list[tuple[UUID, Stored]]]:
    """The rows of the open positions of accounts, with their ids. Equal values are one object, for most are equal."""
    entries: dict[Any, Stored] = {}
    later: dict[Any, list[Stored]] = {}
    shared: dict[object, object] = {}
    for row in _rows(connection, accounts):
        if row[1 + _NUMBER] == 1:
            entries[row[0]] = (row[1], *map(shared.setdefault, row[2:], row[2:]))
        else:
            later.setdefault(row[0], []).append(row[1 + _WIDTH :])
    for key, fills in later.items():
        entries[key] = sum(sorted(fills), entries[key])
    by_account: dict[Any, list[tuple[UUID, Stored]]] = {}
    for key, row in entries.items():
        by_account.setdefault(row[_ACCOUNT], []).append((_id_of(key), row))
    return {_id_of(account): rows for account, rows in by_account.items()}


def _rows(connection: Connection, accounts: Sequence[UUID]) -> Iterator[tuple[Any, ...]]:
    for chunk in chunks(accounts):
        result = connection.execute(_HELD, {"ids": chunk}, execution_options={"yield_per": _AT_ONCE})
        for rows in result.partitions():
            yield from map(tuple, rows)


def _id_of(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def position_maker(dialect: Dialect) -> Callable[[UUID, Stored], Position]:
    """Makes a Position of its id and its row, as a database has it."""
    of_position = _converts(dialect, tables.positions, Position, _OF_POSITION)
    of_fill = _converts(dialect, tables.fills, Fill, _OF_FILL)

    def make(key: UUID, row: Stored) -> Position:
        places = range(_WIDTH, len(row), _FILL_WIDTH)
        fills = tuple(Fill(**_read(of_fill, row[place : place + _FILL_WIDTH])) for place in places)
        return Position(id=key, fills=fills, **_read(of_position, row[:_WIDTH]))

    return make


def _converts(dialect: Dialect, table: Table, kind: type, names: Sequence[str]) -> Sequence[tuple[str, Steps]]:
    """How each column of a row becomes a field: by its type's reader, then by the field's."""
    by_field = dict(readers(kind))
    return [(name, tuple(filter(None, (_processor(dialect, table.c[name]), by_field[name])))) for name in names]


def _processor(dialect: Dialect, column: Column[Any]) -> Convert | None:
    return column.type.dialect_impl(dialect).result_processor(dialect, None)


def _read(converts: Sequence[tuple[str, Steps]], values: Stored) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for (name, steps), value in zip(converts, values, strict=True):
        for step in steps if value is not None else ():
            value = step(value)
        fields[name] = value
    return fields
