"""Accounts, signals, positions and prices as they stand in a snapshot."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from api.application.questions import Questions
from api.persistence import queries
from api.persistence.cached_state import load_part
from api.persistence.database import Transaction
from api.persistence.desk_row import head
from api.persistence.live_state import LiveState
from api.persistence.queries import AccountHead, Placed, PositionKey, SessionFilter
from api.persistence.stored_markets import load_markets
from domain.engine.state import Desk
from domain.engine.views import AccountView, PositionView, SignalView
from domain.market.state import Market
from domain.orders.signal import Signal
from domain.portfolio.history_filter import HistoryFilter
from domain.portfolio.open_positions import NO_POSITIONS, OpenPositions
from domain.portfolio.position import Position
from domain.portfolio.trade import Trade
from domain.portfolio.valuation import mark_of
from domain.validation import is_account_name

_MOST_HELD = 500
OPEN_POSITIONS = HistoryFilter(is_open=True)
"""All that an account holds: a list that stands in memory."""


class LiveFigures(Questions):
    """What stands in a snapshot, each with the last prices that it is valued at.

    Accounts and open positions are read out of the desk in memory, as it stood at the ordinal of the snapshot's
    transaction. One that is `in_memory` needs no transaction where no other process writes: only accounts and the clock
    are asked of it, or what one account holds.
    """

    def __init__(
        self, begin: Callable[[], Awaitable[Transaction]], live: LiveState | None, *, in_memory: bool = False
    ) -> None:
        super().__init__(begin)
        self._live = live
        self._is_in_memory = in_memory
        self._desk: Desk | None = None
        if live is not None and in_memory and live.is_alone and live.newest is not None:
            self._desk = live.newest.desk

    async def latest_end(self) -> datetime | None:
        """The market's clock (R2)."""
        return self._desk.latest_end if self._desk is not None else await self._ask(queries.latest_end)

    async def account(self, name: str) -> AccountView | None:
        """An account by its name."""
        views = await self._accounts([name] if is_account_name(name) else [])
        return views[0] if views else None

    async def account_by_id(self, account_id: UUID) -> AccountView | None:
        """An account by its id."""
        name = await self._ask(queries.account_name, account_id)
        return None if name is None else await self.account(name)

    async def signal(self, key: UUID) -> SignalView | None:
        """A signal by the desk's id."""
        signals = await self._ask(queries.signals_by_id, [key])
        return (await self._viewed_signals(signals))[0] if signals else None

    async def position(self, key: UUID) -> PositionView | None:
        """A position by its id."""
        positions = await self._ask(queries.positions_by_id, [key])
        return (await self._viewed_positions(positions))[key] if positions else None

    async def trade(self, key: UUID) -> Trade | None:
        """A trade by its id."""
        return (await self._ask(queries.trades_of, [key])).get(key)

    async def quotes(self, symbols: Sequence[str] | None) -> list[Market]:
        """The markets whose last price is known."""
        return await self._ask(queries.markets_with_price, symbols)

    async def desk_for(self, account: str, symbol: str) -> Desk:
        """As much of the desk as a decision about one account and one symbol needs, or more."""
        return await self._desk_with([account], [symbol])

    async def desk_about(self, account: str, key: UUID) -> Desk:
        """As much of the desk as a decision about a signal or a position of an account needs, or more."""
        signals = await self._ask(queries.signals_by_id, [key])
        desk = await self._desk_with([account], [signal.request.symbol for signal in signals])
        return replace(desk, signals=desk.signals.with_items({signal.id: signal for signal in signals}))

    async def positions_of(self, account: str, keys: Sequence[PositionKey]) -> dict[UUID, PositionView]:
        """Positions of an account, with their last prices and trades, by id: open ones out of the desk in memory."""
        desk = await self._whole_desk()
        held = NO_POSITIONS if desk is None else desk.accounts[account].positions
        positions = [position for symbol, key in keys if (position := held.of_symbol(symbol).get(key)) is not None]
        if missing := {key for _, key in keys}.difference(position.id for position in positions):
            positions += await self._ask(queries.positions_by_id, sorted(missing))
        return await self._viewed_positions(positions)

    async def _viewed_positions(self, positions: Sequence[Position]) -> dict[UUID, PositionView]:
        markets = await self._markets({position.symbol for position in positions})
        closed = [position.id for position in positions if not position.is_open]
        trades = await self._ask(queries.trades_of, closed) if closed else {}
        return {
            position.id: PositionView(position, mark_of(position, markets), trades.get(position.id))
            for position in positions
        }

    async def _viewed_signals(self, signals: Sequence[Signal]) -> list[SignalView]:
        ids = [signal.id for signal in signals]
        positions = await self._viewed_positions(await self._ask(queries.positions_by_id, ids))
        return [SignalView(signal, positions.get(signal.id)) for signal in signals]

    async def _accounts(self, names: Sequence[str]) -> list[AccountView]:
        desk = await self._desk_with(names)
        return [AccountView.of(desk, name) for name in names if name in desk.accounts]

    async def _desk_with(self, names: Sequence[str], symbols: Sequence[str] = ()) -> Desk:
        """The desk, or as much of it as these accounts and symbols are."""
        desk = await self._whole_desk()
        return await self._ask(load_part, names, symbols) if desk is None else desk

    async def _account_head(self, name: str) -> AccountHead | None:
        desk = await self._whole_desk()
        if desk is None:
            return await self._ask(queries.account_head, name)
        account = desk.accounts.get(name)
        return None if account is None else AccountHead(account.id, account.session.number, account.seq)

    async def _held_in_order(self, account: str) -> list[Placed[PositionKey]] | None:
        """What an account holds, the newest first; None of one that is not there, or that holds very much."""
        desk = await self._whole_desk()
        if self._live is None or desk is None or account not in desk.accounts:
            return None
        held, places = desk.accounts[account].positions, self._live.open_places
        if len(held) <= _MOST_HELD:
            if (placed := places.newest_first(held)) is not None:
                return placed
            open_ones = SessionFilter(desk.accounts[account].id, desk.accounts[account].session.number, OPEN_POSITIONS)
            places.learn(await self._ask(queries.position_page, open_ones, None, _MOST_HELD), self._newest_of(account))
            if (placed := places.newest_first(held)) is not None:
                return placed
        if self._is_in_memory:
            self._desk = None  # what the transaction sees may be newer
        return None

    def _newest_of(self, account: str) -> OpenPositions:
        newest = self._live.newest if self._live else None
        known = newest.desk.accounts.get(account) if newest else None
        return NO_POSITIONS if known is None else known.positions

    async def _whole_desk(self) -> Desk | None:
        """The desk in memory, as it stood in the snapshot, if that is known."""
        if self._desk is None and self._live is not None:
            self._desk = await self._live.at(self._ask, await self._ask(head))
        return self._desk

    async def _markets(self, symbols: set[str]) -> Mapping[str, Market]:
        if self._desk is not None:
            return self._desk.markets
        return {market.symbol: market for market in await self._ask(load_markets, sorted(symbols))}
