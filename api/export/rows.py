"""The rows of an export, page by page: no read transaction is open between two pages.

An export is of one moment: what the account journals after it began is not in it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from api.choices import Subject
from api.codec.ids import node_id
from api.errors import PapertapeError
from api.export.columns import Row
from api.persistence.database import Database, Transaction
from api.persistence.export_rows import (
    Exported,
    ExportedPoint,
    Extent,
    FillOfPosition,
    Key,
    ReadPage,
    StoredEvent,
    account_extent,
    equity_page,
    fills_page,
    journal_page,
    session_extent,
    trades_page,
)
from api.persistence.queries import account_head
from domain.money import ZERO, ratio
from domain.portfolio.trade import Trade
from domain.portfolio.watermarks import drawdown_percent


class NothingToExport(PapertapeError):
    """There is no such account, or it has no such session."""


async def extent_of(database: Database, account: str, session: int | None) -> Extent:
    """What there is to export of an account, or of one of its sessions. Raises NothingToExport."""
    async with database.transaction() as transaction:
        head = await transaction.ask(account_head, account)
        if head is None:
            raise NothingToExport(f"there is no account {account!r}")
        account_id, current, seq = head
        if session is None:
            return await transaction.ask(account_extent, account_id, seq)
        if not 1 <= session <= current:
            raise NothingToExport(f"account {account} has sessions 1 to {current}, and no session {session}")
        return await transaction.ask(session_extent, account_id, seq, session)


async def pages(database: Database, subject: Subject, extent: Extent) -> AsyncIterator[list[Row]]:
    """The rows, oldest first, a page at a time."""
    read, after = _READ[subject], None
    while True:
        async with database.transaction() as transaction:
            rows, after = await read(transaction, extent, after)
        if rows:
            yield rows
        if after is None:
            return


_Read = Callable[[Transaction, Extent, Key | None], Awaitable[tuple[list[Row], Key | None]]]


def _reading(page_of: ReadPage[Exported], row_of: Callable[[Exported], Row]) -> _Read:
    """How a page of rows is read, by how a page of what they are made of is."""

    async def read(transaction: Transaction, extent: Extent, after: Key | None) -> tuple[list[Row], Key | None]:
        page = await transaction.ask(page_of, extent, after)
        return [row_of(exported) for exported in page.rows], page.last

    return read


def _trade(trade: Trade) -> Row:
    multiple = trade.r_multiple
    return (
        trade.session,
        node_id("Position", trade.id),
        str(trade.signal_id),
        trade.symbol,
        trade.side.value,
        None if trade.pattern is None else trade.pattern.value,
        trade.campaign_id,
        trade.quantity,
        trade.entry_time,
        trade.entry_price,
        trade.initial_stop,
        trade.exit_time,
        trade.exit_price,
        trade.exit_reason.value,
        trade.realized_pnl,
        trade.commission,
        trade.slippage,
        None if multiple is None else ratio(multiple),
    )


def _fill(row: FillOfPosition) -> Row:
    fill = row.fill
    return (
        row.session,
        node_id("Position", row.position_id),
        str(row.signal_id),
        row.symbol,
        row.side,
        fill.number,
        fill.time,
        fill.reason.value,
        fill.quantity,
        fill.price,
        fill.raw_price,
        fill.amount,
        fill.slippage,
        fill.commission,
        fill.realized_pnl,
        fill.gap,
        fill.ambiguous,
    )


def _equity(point: ExportedPoint) -> Row:
    lost = ratio(drawdown_percent(point.peak, point.equity)) if point.peak > ZERO else ZERO
    return (point.session, point.time, point.equity, point.peak, lost)


def _event(event: StoredEvent) -> Row:
    return (
        event.ordinal,
        event.seq,
        event.stream,
        event.kind,
        event.occurred_at,
        event.recorded_at,
        event.payload,
    )


_READ: Mapping[Subject, _Read] = {
    Subject.TRADES: _reading(trades_page, _trade),
    Subject.FILLS: _reading(fills_page, _fill),
    Subject.EQUITY: _reading(equity_page, _equity),
    Subject.JOURNAL: _reading(journal_page, _event),
}
