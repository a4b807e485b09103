"""A session's ledger as the database holds it, and as a backtest computes it, in the same form."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from sqlalchemy import Table, select

from api.application.reports import Reports
from api.clock import wall_clock
from api.codec.ids import account_id
from api.export.session import session_export
from api.persistence import tables
from api.persistence.curve_points import points_from
from api.persistence.database import Database
from api.persistence.event_log import journal_record_of
from api.persistence.mappers import Values, record_from_row, values_of
from api.persistence.projections.sessions import settings_json
from api.replay.backtest import BacktestResult
from api.replay.from_files import Exported, run_files
from domain.analytics.trade_filter import TradeFilter
from domain.engine.events import Event, SignalEvent
from domain.orders.request import Request
from domain.orders.signal import Signal
from domain.portfolio.account import Account
from tests.loop_engine import LoopConnection, LoopEngine

Rows = dict[tuple[Any, ...], dict[str, Any]]
Ledger = dict[str, Any]

PLACES = {"ordinal", "seq", "began", "ended", "journaled"}
"""Where a row stands in the desk's history, which a backtest does not have."""

QUIET = Console(quiet=True)


async def exported(engine: LoopEngine, account: str, session: int, path: Path) -> Path:
    """The file that a session's export is."""
    export = await session_export(Database(engine.sync_engine), account, session, lambda done, of: None)
    lines = [line async for line in export.lines]
    await asyncio.to_thread(path.write_text, "".join(lines), encoding="utf-8")
    return path


async def backtested(engine: LoopEngine, account: str, session: int, path: Path) -> BacktestResult:
    """The backtest of a session's export."""
    return run_files(Exported(await exported(engine, account, session, path)), wall_clock, QUIET)


def replayed_ledger(result: BacktestResult) -> Ledger:
    """The ledger of a backtest."""
    held = result.positions
    fills = [
        {"position_id": position.id, **values_of(fill, tables.fills)} for position in held for fill in position.fills
    ]
    return {
        "journal": [(record.seq, _without_timestamp(record.event)) for record in result.journal],
        "signals": _keyed(tables.signals, [_signal_values(signal) for signal in result.signals]),
        "positions": _keyed(tables.positions, [values_of(position, tables.positions) for position in held]),
        "fills": _keyed(tables.fills, fills),
        "trades": _keyed(tables.trades, [values_of(trade, tables.trades) for trade in result.trades]),
        "points": list(result.points),
        "sessions": _keyed(tables.sessions, [_session_values(result.account)]),
        "watermarks": result.watermarks,
        "days": list(result.days),
        "stats": result.stats,
        "metrics": result.metrics,
    }


async def stored_ledger(engine: LoopEngine, account: str, session: int) -> Ledger:
    """The ledger of a session in the database."""
    async with engine.connect() as connection, connection.begin():
        of_session = {
            "account_id": account_id(account),
            "session": session,
        }
        ledger = {table.name: await _rows(connection, table, of_session) for table in (tables.positions, tables.trades)}
        numbered = {"account_id": account_id(account), "number": session}
        ledger["sessions"] = await _rows(connection, tables.sessions, numbered)
        signals = select(tables.signals).where(*_where(tables.signals, of_session))
        bare = [_signal_values(record_from_row(Signal, row)) for row in await connection.execute(signals)]
        ledger["signals"] = _keyed(tables.signals, bare)
        ids = [row["id"] for row in ledger["positions"].values()]
        fills = select(tables.fills).where(tables.fills.c.position_id.in_(ids))
        ledger["fills"] = _keyed(tables.fills, [dict(row._mapping) for row in await connection.execute(fills)])
        return {**ledger, **await _reported(connection, account, session)}


async def _reported(connection: LoopConnection, account: str, session: int) -> Ledger:
    desk = Reports(lambda question, *details: connection.run_sync(question, *details))
    record = await desk.record(account, session)
    assert record is not None
    report = await desk.report(record, TradeFilter(), wall_clock())
    journal = tables.journal.c
    query = select(tables.journal).where(journal.account_id == account_id(account), journal.ordinal > record.began)
    if record.ended is not None:
        query = query.where(journal.ordinal <= record.ended)
    entries = [journal_record_of(row).entry for row in await connection.execute(query.order_by(journal.seq))]
    return {
        "journal": [(entry.seq, _without_timestamp(entry.event)) for entry in entries],
        "points": await connection.run_sync(lambda plain: list(points_from(plain, record, None))),
        "watermarks": record.watermarks,
        "days": list(report.days),
        "stats": report.stats,
        "metrics": report.metrics,
    }


async def _rows(connection: LoopConnection, table: Table, of: Mapping[str, object]) -> Rows:
    rows = await connection.execute(select(table).where(*_where(table, of)))
    return _keyed(table, [dict(row._mapping) for row in rows])


def _where(table: Table, of: Mapping[str, object]) -> list[Any]:
    return [table.c[name] == value for name, value in of.items()]


def _keyed(table: Table, rows: list[dict[str, Any]]) -> Rows:
    """Rows by their keys, without their places in the desk's history, which a backtest does not have."""
    keys = [column.name for column in table.primary_key]
    return {
        tuple(row[key] for key in keys): {name: value for name, value in row.items() if name not in PLACES}
        for row in rows
    }


def _without_timestamp(event: Event) -> Event:
    return replace(event, signal=_bare(event.signal)) if isinstance(event, SignalEvent) else event


def _signal_values(signal: Signal) -> Values:
    request = signal.request
    own = values_of(_bare(signal), tables.signals)
    return {"symbol": request.symbol, "campaign_id": request.campaign_id, **own}


def _session_values(account: Account) -> Values:
    named = {"account_id": account.id, "settings": settings_json(account.settings)}
    return {**named, **values_of(account.session, tables.sessions), **values_of(account.totals, tables.sessions)}


def _bare(signal: Signal) -> Signal:
    """A signal whose request says nothing of its time: an export fills in what was left to the desk's clock."""
    earlier = signal.earlier and tuple(replace(known, request=_untimed(known.request)) for known in signal.earlier)
    sent = signal.sent and _untimed(signal.sent)
    return replace(signal, request=_untimed(signal.request), sent=sent, earlier=earlier)


def _untimed(request: Request) -> Request:
    return replace(request, timestamp=None)
