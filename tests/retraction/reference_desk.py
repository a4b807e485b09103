"""A reference desk, which is sent the commands of another without some of its market data."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from api.codec.json_codec import plain_data
from api.persistence import tables
from api.persistence.curve_points import points_from
from api.persistence.curves import stored_hours
from api.persistence.event_log import journal_record_of
from api.persistence.facts import MARKET_DATA
from api.persistence.mappers import record_from_row
from api.persistence.reports import session_records
from api.persistence.session_days import session_days
from domain.analytics.replayed_curve import CurvePoint
from domain.engine.events import PositionEvent
from domain.engine.views import SessionRecord
from domain.market.update import MarketUpdate
from tests.api.desk import Client, Json, everything

LIVE = "live"
_BATCHES = {"ingestBars": (tables.bars, "bars"), "ingestQuotes": (tables.quotes, "quotes")}

Counting = Callable[[MarketUpdate, Row[Any]], bool]
"""Whether a bar or quote of the first desk, with its row, is sent to the reference desk."""


def unless_retracted(_: MarketUpdate, row: Row[Any]) -> bool:
    return row.retracted is None


async def resend(first: Client, reference: Client, counting: Counting = unless_retracted) -> None:
    """Send a reference desk all commands that had effects on the first, with only the market data that counts."""
    for row in await _rows(first, tables.commands):
        if row.kind in _BATCHES:
            table, name = _BATCHES[row.kind]
            batch = [item for item in await _rows(first, table) if item.batch == row.ordinal]
            updates = [(record_from_row(MARKET_DATA[table], item), item) for item in batch]
            if items := [plain_data(update) for update, item in updates if counting(update, item)]:
                await reference.do(row.kind, **{name: items})
        elif row.kind != "retractMarketData":
            await reference.do(row.kind, **json.loads(row.sent))


async def journal_of(client: Client) -> list[Any]:
    """The journals of all accounts, without last prices."""
    entries = []
    for row in await _rows(client, tables.journal):
        record = journal_record_of(row)
        event: Any = record.entry.event
        if isinstance(event, PositionEvent):
            event = (event.kind, _unnumbered(event.position), event.fill, event.occurred_at)
        entries.append((record.entry.account_id, record.entry.seq, record.recorded_at, event))
    return sorted(entries, key=lambda entry: (entry[0], entry[1]))


async def state_of(client: Client, accounts: Sequence[str]) -> Json:
    """The stored state of a desk, and what it shows, without ordinals."""
    state: Json = {"journal": await journal_of(client)}
    for table in _STATE:
        rows = [_plain(table, row) for row in await _rows(client, table) if not _is_blank(table, row)]
        state[table.name] = sorted(rows, key=str)
    shown = everything("Position")
    for name in accounts:
        state[name] = await client.account(name)
        state[f"{name}'s curves"] = await _curves_of(client, name)
        query = f"query All($name: String!) {{ positions(account: $name, first: 100) {{ nodes {{ {shown} }} }} }}"
        state[f"{name}'s positions"] = (await client.ask(query, name=name))["positions"]["nodes"]
    quotes = await client.ask("{ quotes { symbol price time } }")
    return {**state, "quotes": sorted(quotes["quotes"], key=str)}


def _points_of(connection: Connection, record: SessionRecord) -> list[CurvePoint]:
    return list(points_from(connection, record, None))


async def _curves_of(client: Client, account: str) -> list[Json]:
    """What is known of the equity of an account's sessions, wherever in history it was looked at last."""
    async with client.database.connect() as connection, connection.begin():
        records = await connection.run_sync(session_records, account, limit=100)
        return [
            {
                "watermarks": record.watermarks,
                "points": await connection.run_sync(_points_of, record),
                "hours": await connection.run_sync(stored_hours, record),
                "days": await connection.run_sync(session_days, record),
            }
            for record in records
        ]


_ORDINALS_AND_TIMES = {
    "ordinal",
    "batch",
    "opened",
    "began",
    "ended",
    "updates",
    "retracted",
    "recorded_at",
    "first",
    "last",
    "head",
    "groups",
    "journaled",
}
_STATE = [
    tables.accounts,
    tables.sessions,
    tables.signals,
    tables.fills,
    tables.trades,
    tables.trade_stats,
    tables.markets,
    tables.market_days,
    tables.desk,
]


def _is_blank(table: Table, row: Row[Any]) -> bool:
    """Whether nothing is known of a market: all its data may have been retracted."""
    return table is tables.markets and row.asset_class is None


def _plain(table: Table, row: Row[Any]) -> Json:
    kept = {"first", "last"} if table is tables.equity_hours else set()
    return {name: value for name, value in row._mapping.items() if name not in _ORDINALS_AND_TIMES - kept}


def _unnumbered(position: Any) -> Any:
    return [getattr(position, name) for name in position.__slots__ if name != "override_price"], (
        None if position.override_price is None else position.override_price.mark
    )


async def _rows(client: Client, table: Table) -> Sequence[Row[Any]]:
    async with client.database.connect() as connection, connection.begin():
        return (await connection.execute(select(table).order_by(*table.primary_key))).all()
