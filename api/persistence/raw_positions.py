"""Rows of open positions as the database holds them, and the Position that one of them stands for.

A row is a tuple: the columns that sums and levels are made of, the other columns of the position as a JSON array, and
the columns of each of its fills as another, the entry first. To fetch a text costs less than to fetch what is in it.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, reduce
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    Dialect,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    func,
    select,
    type_coerce,
)
from sqlalchemy.types import NULLTYPE

from api.persistence import tables
from api.persistence.chunks import chunks
from api.persistence.direct_statements import fetch_in_turn
from api.persistence.mappers import Convert, readers
from domain.portfolio.fill import Fill
from domain.portfolio.lazy_map import Stored
from domain.portfolio.position import Position

_AT_ONCE = 2_000
_REMEMBERED = 1_000

_APART = [
    "account_id",
    "symbol",
    "asset_class",
    "side",
    "campaign_id",
    "note",
    "plan",
    "status",
    "quantity",
    "open_quantity",
    "entry_price",
    "entry_amount_left",
    "entry_commission_left",
    "realized_pnl",
    "stops",
    "target1",
    "target2",
    "trail",
    "override_price",
    "signal_id",
]
_TOGETHER = [name for name, _ in readers(Position) if name not in ("id", "fills", *_APART)]
_OF_FILL = [name for name, _ in readers(Fill)]
_WIDTH = len(_APART)
PLACES: Mapping[str, int] = {name: place for place, name in enumerate(_APART)}
"""Where in a row each column stands that stands apart."""
_ACCOUNT = PLACES["account_id"]


def _raw(column: Column[Any]) -> Any:
    return type_coerce(column, NULLTYPE).label(None)


def _held(dialect: Dialect) -> Select[Any]:
    positions, fills = tables.positions.c, tables.fills.c
    array = func.json_array if dialect.name == "sqlite" else func.json_build_array
    return (
        select(
            _raw(positions.id),
            _raw(fills.number),
            *(_raw(positions[name]) for name in _APART),
            cast(array(*(_raw(positions[name]) for name in _TOGETHER)), Text),
            cast(array(*(_raw(fills[name]) for name in _OF_FILL)), Text),
        )
        .join(tables.fills, fills.position_id == positions.id)
        .where(positions.account_id.in_(bindparam("ids", expanding=True)), tables.IS_HELD)
    )


def raw_positions(connection: Connection, accounts: Sequence[UUID]) -> dict[UUID, list[tuple[UUID, Stored]]]:
    """The rows of the open positions of accounts, with their ids. Equal values are one object, for most are equal."""
    entries: dict[Any, Stored] = {}
    later: dict[Any, list[tuple[int, str]]] = {}
    shared: dict[object, object] = {}
    for key, number, *values, signal_id, together, fill in _rows(connection, accounts):
        if number == 1:
            entries[key] = (*map(shared.setdefault, values, values), signal_id, together, shared.setdefault(fill, fill))
        else:
            later.setdefault(key, []).append((number, fill))
    for key, fills in later.items():
        entries[key] += tuple(fill for _, fill in sorted(fills))
    by_account: dict[Any, list[tuple[UUID, Stored]]] = {}
    for key, row in entries.items():
        by_account.setdefault(row[_ACCOUNT], []).append((_id_of(key), row))
    return {_id_of(account): rows for account, rows in by_account.items()}


def _rows(connection: Connection, accounts: Sequence[UUID]) -> Iterator[Sequence[Any]]:
    query = _held(connection.dialect)
    for chunk in chunks(accounts):
        yield from fetch_in_turn(connection, query, {"ids": chunk}, _AT_ONCE)


def _id_of(value: UUID | bytes) -> UUID:
    return value if isinstance(value, UUID) else UUID(bytes=value)


def position_maker(dialect: Dialect) -> Callable[[UUID, Stored], Position]:
    """Makes a Position of its id and its row, as a database has it."""
    names, fill_names = (*_APART, *_TOGETHER), _OF_FILL
    of_position = _reads(dialect, tables.positions, Position, names)
    of_fill = _reads(dialect, tables.fills, Fill, fill_names)

    def make(key: UUID, row: Stored) -> Position:
        together, *fills = map(json.loads, row[_WIDTH:])  # type: ignore[arg-type]
        values = dict(zip(names, _read(of_position, (*row[:_WIDTH], *together)), strict=True))
        made = [Fill(**dict(zip(fill_names, _read(of_fill, fill), strict=True))) for fill in fills]
        return Position(id=key, fills=tuple(made), **values)

    return make


def _reads(dialect: Dialect, table: Table, kind: type, names: Sequence[str]) -> Sequence[Convert | None]:
    """How each column of a row becomes a field, if not as it is: by its type's reader, then by the field's."""
    by_field = dict(readers(kind))
    return [_steps((_processor(dialect, table.c[name]), by_field[name])) for name in names]


def _processor(dialect: Dialect, column: Column[Any]) -> Convert | None:
    return column.type.dialect_impl(dialect).result_processor(dialect, None)


def _steps(steps: Sequence[Convert | None]) -> Convert | None:
    """Some steps, one after the other: most values are equal to one that was read before."""
    taken = list(filter(None, steps))
    return lru_cache(_REMEMBERED)(lambda value: reduce(_taking, taken, value)) if taken else None


def _taking(value: object, step: Convert) -> object:
    return step(value)


def _read(reads: Sequence[Convert | None], values: Sequence[object]) -> list[Any]:
    return [value if read is None or value is None else read(value) for read, value in zip(reads, values, strict=True)]
