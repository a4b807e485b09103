"""Connections as in Relay, and what mutations answer."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import strawberry

from api.application.read_model import Page
from api.graphql import report_types, types

Item = TypeVar("Item")
Shown = TypeVar("Shown")


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more follow: pass endCursor as after.")
    has_previous_page: bool = strawberry.field(description="Whether this page was asked for with after.")
    start_cursor: str | None = strawberry.field(description="The first item's cursor.")
    end_cursor: str | None = strawberry.field(description="The last item's cursor.")


@strawberry.type(description="An item of a list, with its cursor.")
class Edge(Generic[Item]):
    cursor: str = strawberry.field(description="Pass it as after to go on from this item.")
    node: Item = strawberry.field(description="The item.")


@strawberry.type(description="A page of a list, the newest first.")
class Connection(Generic[Item]):
    edges: list[Edge[Item]] = strawberry.field(description="The items with their cursors.")
    nodes: list[Item] = strawberry.field(description="The items.")
    page_info: PageInfo = strawberry.field(description="Where this page lies.")
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field(description="How many items the whole list has.")
    async def total_count(self) -> int:
        """Counted only when it is asked for."""
        return await self.count()


def connection(page: Page[Item], show: Callable[[Item], Shown]) -> Connection[Shown]:
    """A page as clients receive it."""
    edges = [Edge(cursor=cursor, node=show(item)) for cursor, item in page.items]
    info = PageInfo(
        has_next_page=page.has_next,
        has_previous_page=page.has_previous,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    return Connection(edges=edges, nodes=[edge.node for edge in edges], page_info=info, count=page.count)


_ERRORS = "Why the desk refused; empty if it did not."


def _errors() -> list[types.UserError]:
    return strawberry.field(description=_ERRORS)  # type: ignore[no-any-return]


def _replayed() -> bool:
    text = "Whether this id had been answered before, and this is that answer."
    return strawberry.field(description=text)  # type: ignore[no-any-return]


@strawberry.type(description="The answer to enable.")
class EnablePayload:
    account: types.Account | None = strawberry.field(description="The account as it stands now.")
    errors: list[types.UserError] = _errors()


@strawberry.type(description="The answer to disable.")
class DisablePayload:
    account: types.Account | None = strawberry.field(description="The account as it stands now.")
    closed_trades: list[types.Trade] = strawberry.field(description="The trades that closing everything completed.")
    errors: list[types.UserError] = _errors()


@strawberry.type(description="The answer to reset.")
class ResetPayload:
    account: types.Account | None = strawberry.field(description="The account as it stands now.")
    ended_session: types.Session | None = strawberry.field(description="The session that ended.")
    errors: list[types.UserError] = _errors()
    replayed: bool = _replayed()


@strawberry.type(description="The answer to updateSettings.")
class UpdateSettingsPayload:
    account: types.Account | None = strawberry.field(description="The account as it stands now.")
    errors: list[types.UserError] = _errors()
    replayed: bool = _replayed()


@strawberry.type(description="The answer to resume.")
class ResumePayload:
    account: types.Account | None = strawberry.field(description="The account as it stands now.")
    errors: list[types.UserError] = _errors()
    replayed: bool = _replayed()


@strawberry.type(description="The answer to executeSignal.")
class ExecuteSignalPayload:
    signal: types.Signal | None = strawberry.field(
        description="The signal as it stands now; null only where nothing could be stored."
    )
    position: types.Position | None = strawberry.field(
        description="What it opened, as it stands now; null when rejected or working."
    )
    errors: list[types.UserError] = _errors()
    replayed: bool = _replayed()


@strawberry.type(description="The answer to cancelSignal.")
class CancelSignalPayload:
    signal: types.Signal | None = strawberry.field(description="The signal as it stands now.")
    errors: list[types.UserError] = _errors()
    replayed: bool = _replayed()


@strawberry.type(description="The answer to closePosition.")
class ClosePositionPayload:
    position: types.Position | None = strawberry.field(description="The position as it stands now.")
    trade: types.Trade | None = strawberry.field(description="The round trip.")
    errors: list[types.UserError] = _errors()
    replayed: bool = _replayed()


@strawberry.interface(description="What became of a batch of market data.")
class Ingested:
    applied: int = strawberry.field(description="How many were applied.")
    duplicate: int = strawberry.field(description="How many had been applied before, just so.")
    late: int = strawberry.field(description="How many came after the symbol's market had moved past them.")
    conflict: int = strawberry.field(description="How many differ from one that was applied before.")
    fills: int = strawberry.field(description="How many fills they caused, on all accounts.")
    rejected: list[types.RejectedInput] = strawberry.field(
        description="Those that were not applied, duplicates aside, and why."
    )
    errors: list[types.UserError] = _errors()


@strawberry.type(description="The answer to ingestBars.")
class IngestBarsPayload(Ingested):
    """What became of bars."""


@strawberry.type(description="The answer to ingestQuotes.")
class IngestQuotesPayload(Ingested):
    """What became of quotes."""


@strawberry.type(description="The answer to retractMarketData.")
class RetractMarketDataPayload:
    bars: int = strawberry.field(description="How many bars were retracted.")
    quotes: int = strawberry.field(description="How many quotes were retracted.")
    errors: list[types.UserError] = _errors()


@strawberry.type(description="The answer to recordBacktest.")
class RecordBacktestPayload:
    backtest: report_types.Backtest | None = strawberry.field(description="The backtest that was kept.")
    errors: list[types.UserError] = _errors()
