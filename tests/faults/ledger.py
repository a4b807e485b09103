"""The rows of a database, table by table, without what differs from run to run by chance."""

import json
from collections import Counter
from typing import Any

from sqlalchemy import Row, select

from api.codec.field_names import api_name
from api.persistence.columns import metadata
from api.persistence.tables import chain, equity_days, equity_hours, watermarks
from tests.rows import rows_of

PLACES = {"journaled", "ordinal", "batch", "opened", "began", "ended", "first", "last"}
RECORDED = {"recorded_at", "clock", "started_at", "ended_at", "enabled_since", "enabled_for"}
CHAINED = {"head", "groups"}
BY_CHANCE = PLACES | RECORDED | CHAINED
"""Which account's command of a round came first, what the wall clock showed, and which shared a group, may differ."""
BY_CHANCE_IN_JSON = {api_name(name) for name in BY_CHANCE}

Ledger = dict[str, Counter[str]]


def ledger(url: str) -> Ledger:
    """Every row of every table, without columns that differ by chance; the chain hashes recorded times.

    How far the equity of accounts was looked at differs by chance too: `papertape verify` knows what it must be.
    """
    by_chance = (chain, watermarks, equity_hours, equity_days)
    tables = [table for table in metadata.sorted_tables if table not in by_chance]
    contents = rows_of(url, *(select(table) for table in tables))
    return {table.name: Counter(shown(row) for row in rows) for table, rows in zip(tables, contents, strict=True)}


def shown(row: Row[Any]) -> str:
    values = {name: value for name, value in row._mapping.items() if name not in BY_CHANCE}
    if "payload" in values:
        values["payload"] = without_recording(json.loads(values["payload"]))
    return repr(values)


def without_recording(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_recording(item) for name, item in value.items() if name not in BY_CHANCE_IN_JSON}
    return [without_recording(item) for item in value] if isinstance(value, list) else value


def assert_same(held: Ledger, expected: Ledger) -> None:
    """Every table holds the same rows as another desk's."""
    for table, rows in expected.items():
        assert (table, rows - held[table], held[table] - rows) == (table, Counter(), Counter())
