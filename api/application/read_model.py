"""The reader: snapshots of the desk, and pages out of them.

A snapshot is one read transaction: all that is read from it belongs together. Its statements run one after another on
one connection, however many resolvers ask at once.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from api.application.reports import Reports
from api.codec.cursors import Listing, Scope
from api.errors import ConnectionLost
from api.persistence import backtests, queries, tables
from api.persistence.backtests import BacktestHead
from api.persistence.database import Database, Transaction
from api.persistence.event_log import account_event_count, account_event_page
from api.persistence.queries import Choice, Filter, Placed
from api.persistence.reports import SessionRecord, session_records
from api.persistence.repositories import load_accounts, load_markets, load_positions, load_signals
from domain.engine.events import JournalRecord
from domain.engine.state import Desk
from domain.market.state import Market
from domain.orders.signal import Signal
from domain.portfolio.account import Account
from domain.portfolio.position import Position
from domain.portfolio.trade import Trade
from domain.portfolio.valuation import mark_of
from domain.portfolio.views import AccountView, PositionView, SignalView
from domain.validation import is_account_name

__all__ = [
    "BacktestHead",
    "Choice",
    "Page",
    "PageRequest",
    "Reader",
    "SessionRecord",
    "Snapshot",
]

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """A page of a list: items with their cursors, whether more follow, and how to count the whole."""

    items: Sequence[tuple[str, Item]]
    has_next: bool
    has_previous: bool
    count: Callable[[], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class PageRequest:
    """How many items, and after which cursor."""

    first: int
    after: str | None


class Snapshot:
    """The desk at one moment."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._turn = asyncio.Lock()
        self._has_ended = False

    async def end(self) -> None:
        """Waits for the question under way; those that wait behind it are not asked any more."""
        self._has_ended = True
        async with self._turn:
            pass

    async def _ask(self, question: Callable[..., Awaitable[Result]], *details: Any) -> Result:
        # Shielded, for a statement that is cut off costs the connection, and with it all who read the same snapshot.
        return await asyncio.shield(self._answered(question, details))

    async def _answered(self, question: Callable[..., Awaitable[Result]], details: Sequence[Any]) -> Result:
        async with self._turn:
            if self._has_ended:
                raise asyncio.CancelledError
            return await self._transaction.ask(question, *details)

    async def latest_end(self) -> datetime | None:
        """The market's clock (R2)."""
        return await self._ask(queries.latest_end)

    async def account(self, name: str) -> AccountView | None:
        """An account by its name."""
        found = await self._accounts([name] if is_account_name(name) else [])
        return found[0] if found else None

    async def account_by_id(self, account_id: UUID) -> AccountView | None:
        """An account by its id."""
        accounts = await self._ask(load_accounts, tables.accounts.c.id == account_id)
        return (await self._viewed(accounts))[0] if accounts else None

    async def accounts(self, request: PageRequest) -> Page[AccountView]:
        """All accounts, the newest first."""
        scope = Scope(Listing.ACCOUNTS, UUID(int=0), 0)
        names = await self._ask(queries.account_names, _before(scope, request), request.first + 1)
        page = names[: request.first]
        views = {account.account.name: account for account in await self._accounts([name for _, name in page])}
        placed = [(place, views[name]) for place, name in page]
        return _page(scope, request, placed, len(names), lambda: self._ask(queries.account_count))

    async def positions(self, account: str, choice: Choice, request: PageRequest) -> Page[PositionView] | None:
        """An account's positions, the newest first; None if there is no such account."""
        chosen = await self._chosen(account, choice)
        if chosen is None:
            return None
        scope = Scope(Listing.POSITIONS, chosen.account_id, chosen.session)
        rows = await self._ask(queries.position_page, chosen, _before(scope, request), request.first + 1)
        page = rows[: request.first]
        views = await self.viewed_positions([position for _, position in page])
        placed = [(place, views[position.id]) for place, position in page]
        count = lambda: self._ask(queries.count, tables.positions, chosen)  # noqa: E731
        return _page(scope, request, placed, len(rows), count)

    async def trades(self, account: str, choice: Choice, request: PageRequest) -> Page[Trade] | None:
        """An account's trades, the newest first; None if there is no such account."""
        chosen = await self._chosen(account, choice)
        if chosen is None:
            return None
        scope = Scope(Listing.TRADES, chosen.account_id, chosen.session)
        rows = await self._ask(queries.trade_page, chosen, _before(scope, request), request.first + 1)
        return _page(scope, request, rows[: request.first], len(rows), lambda: self._trade_count(chosen))

    async def signals(self, account: str, choice: Choice, request: PageRequest) -> Page[SignalView] | None:
        """An account's signals, the newest first; None if there is no such account."""
        chosen = await self._chosen(account, choice)
        if chosen is None:
            return None
        scope = Scope(Listing.SIGNALS, chosen.account_id, chosen.session)
        rows = await self._ask(queries.signal_page, chosen, _before(scope, request), request.first + 1)
        page = rows[: request.first]
        views = await self._viewed_signals([signal for _, signal in page])
        placed = [(place, view) for (place, _), view in zip(page, views, strict=True)]
        count = lambda: self._ask(queries.count, tables.signals, chosen)  # noqa: E731
        return _page(scope, request, placed, len(rows), count)

    async def sessions(self, account: str, request: PageRequest) -> Page[SessionRecord] | None:
        """An account's sessions with their records, the newest first; None if there is no such account."""
        head = await self._ask(queries.account_head, account)
        if head is None:
            return None
        scope = Scope(Listing.SESSIONS, head[0], 0)
        before = _before(scope, request)
        rows = await self._ask(session_records, account, None, before, request.first + 1)
        placed = [(row.session.number, row) for row in rows[: request.first]]
        count = lambda: self._ask(queries.session_count, head[0])  # noqa: E731
        return _page(scope, request, placed, len(rows), count)

    async def account_events(
        self, account: str, session: int | None, request: PageRequest
    ) -> Page[JournalRecord] | None:
        """What happened to an account itself, or in one session, newest first; None if there is no such account."""
        head = await self._ask(queries.account_head, account)
        if head is None:
            return None
        scope = Scope(Listing.ACCOUNT_EVENTS, head[0], session or 0)
        rows = await self._ask(account_event_page, head[0], session, _before(scope, request), request.first + 1)
        count = lambda: self._ask(account_event_count, head[0], session)  # noqa: E731
        return _page(scope, request, rows[: request.first], len(rows), count)

    async def session(self, account: str, number: int) -> SessionRecord | None:
        """One session of an account."""
        found = await self._ask(session_records, account, number)
        return found[0] if found else None

    async def session_by_id(self, account_id: UUID, number: int) -> SessionRecord | None:
        """One session of the account with an id."""
        view = await self.account_by_id(account_id)
        return None if view is None else await self.session(view.account.name, number)

    @property
    def reports(self) -> Reports:
        """Reports out of this snapshot."""
        return Reports(self._ask)

    async def backtests(self, request: PageRequest) -> Page[BacktestHead]:
        """The backtests that were kept, the newest first."""
        scope = Scope(Listing.BACKTESTS, UUID(int=0), 0)
        rows = await self._ask(backtests.page, _before(scope, request), request.first + 1)
        count = lambda: self._ask(backtests.count)  # noqa: E731
        return _page(scope, request, rows[: request.first], len(rows), count)

    async def signal(self, key: UUID) -> SignalView | None:
        """A signal by the desk's id."""
        found = await self._ask(load_signals, tables.signals.c.id == key)
        return (await self._viewed_signals(found))[0] if found else None

    async def position(self, key: UUID) -> PositionView | None:
        """A position by its id."""
        found = await self._ask(load_positions, tables.positions.c.id == key)
        return (await self.viewed_positions(found))[key] if found else None

    async def trade(self, key: UUID) -> Trade | None:
        """A trade by its id."""
        return (await self._ask(queries.trades_of, [key])).get(key)

    async def quotes(self, symbols: Sequence[str] | None) -> list[Market]:
        """The markets whose last price is known."""
        return await self._ask(queries.markets_with_price, symbols)

    async def desk_for(self, account: str, symbol: str) -> Desk:
        """As much of the desk as a decision about one account and one symbol needs."""
        view = await self.account(account)
        latest_end = await self.latest_end()
        accounts = [] if view is None else [view.account]
        known = {} if view is None else dict(view.markets)
        for market in await self._ask(load_markets, [symbol]):
            known[symbol] = market
        return Desk.of(accounts, known.values(), latest_end)

    async def viewed_positions(self, positions: Sequence[Position]) -> dict[UUID, PositionView]:
        """Positions with their last prices and trades, by id."""
        markets = await self._markets({position.symbol for position in positions})
        trades = await self._ask(queries.trades_of, [position.id for position in positions if not position.is_open])
        return {
            position.id: PositionView(position, mark_of(position, markets), trades.get(position.id))
            for position in positions
        }

    async def _viewed_signals(self, signals: Sequence[Signal]) -> list[SignalView]:
        ids = [signal.id for signal in signals]
        positions = await self.viewed_positions(await self._ask(load_positions, tables.positions.c.id.in_(ids)))
        return [SignalView(signal, positions.get(signal.id)) for signal in signals]

    async def _accounts(self, names: Sequence[str]) -> list[AccountView]:
        return await self._viewed(await self._ask(load_accounts, tables.accounts.c.name.in_(names)))

    async def _viewed(self, accounts: Sequence[Account]) -> list[AccountView]:
        markets = await self._markets(
            {position.symbol for account in accounts for position in account.positions.values()}
        )
        return [AccountView(account, markets) for account in accounts]

    async def _markets(self, symbols: set[str]) -> dict[str, Market]:
        return {each.symbol: each for each in await self._ask(load_markets, sorted(symbols))}

    async def _chosen(self, account: str, choice: Choice) -> Filter | None:
        head = await self._ask(queries.account_head, account)
        if head is None:
            return None
        return Filter(head[0], head[1] if choice.session is None else choice.session, choice)

    async def _trade_count(self, chosen: Filter) -> int:
        """A session's books count its trades; only what is filtered must be counted."""
        if chosen.is_plain:
            return await self._ask(queries.trade_count, chosen.account_id, chosen.session)
        return await self._ask(queries.count, tables.trades, chosen)


class Reader:
    """Opens snapshots."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        """The desk as it is now, for as long as the context lasts; it ends before anything is streamed."""
        async with self._database.snapshot() as transaction:
            snapshot = Snapshot(transaction)
            try:
                yield snapshot
            finally:
                await snapshot.end()

    async def ask(self, question: Callable[[Snapshot], Awaitable[Result]]) -> Result:
        """What a snapshot of its own says; if its connection breaks, another is asked. Raises Unavailable."""
        try:
            return await self._asked_once(question)
        except ConnectionLost:
            return await self._asked_once(question)

    async def _asked_once(self, question: Callable[[Snapshot], Awaitable[Result]]) -> Result:
        async with self.snapshot() as snapshot:
            return await question(snapshot)

    async def snapshot_in(self, stack: AsyncExitStack) -> Snapshot:
        """The desk as it is now, until the stack is closed."""
        return await stack.enter_async_context(self.snapshot())


def _before(scope: Scope, request: PageRequest) -> int | None:
    return None if request.after is None else scope.place(request.after)


def _page(
    scope: Scope,
    request: PageRequest,
    placed: Sequence[Placed[Item]],
    found: int,
    count: Callable[[], Awaitable[int]],
) -> Page[Item]:
    items = [(scope.cursor(place), item) for place, item in placed]
    return Page(items, found > request.first, request.after is not None, count)
