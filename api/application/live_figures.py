"""Accounts, signals, positions and prices as they stand in a snapshot."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from api.application.questions import Questions
from api.persistence import queries
from api.persistence.repositories import load_markets
from domain.engine.state import Desk
from domain.market.state import Market
from domain.orders.signal import Signal
from domain.portfolio.account import Account
from domain.portfolio.position import Position
from domain.portfolio.trade import Trade
from domain.portfolio.valuation import mark_of
from domain.portfolio.views import AccountView, PositionView, SignalView
from domain.validation import is_account_name


class LiveFigures(Questions):
    """What stands in a snapshot, each with the last prices that it is valued at."""

    async def latest_end(self) -> datetime | None:
        """The market's clock (R2)."""
        return await self._ask(queries.latest_end)

    async def account(self, name: str) -> AccountView | None:
        """An account by its name."""
        views = await self._accounts([name] if is_account_name(name) else [])
        return views[0] if views else None

    async def account_by_id(self, account_id: UUID) -> AccountView | None:
        """An account by its id."""
        accounts = await self._ask(queries.accounts_by_id, [account_id])
        return (await self._viewed_accounts(accounts))[0] if accounts else None

    async def signal(self, key: UUID) -> SignalView | None:
        """A signal by the desk's id."""
        signals = await self._ask(queries.signals_by_id, [key])
        return (await self._viewed_signals(signals))[0] if signals else None

    async def position(self, key: UUID) -> PositionView | None:
        """A position by its id."""
        positions = await self._ask(queries.positions_by_id, [key])
        return (await self.viewed_positions(positions))[key] if positions else None

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
        markets = {} if view is None else dict(view.markets)
        for market in await self._ask(load_markets, [symbol]):
            markets[symbol] = market
        return Desk.of(accounts, markets.values(), latest_end)

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
        positions = await self.viewed_positions(await self._ask(queries.positions_by_id, ids))
        return [SignalView(signal, positions.get(signal.id)) for signal in signals]

    async def _accounts(self, names: Sequence[str]) -> list[AccountView]:
        return await self._viewed_accounts(await self._ask(queries.accounts_by_name, names))

    async def _viewed_accounts(self, accounts: Sequence[Account]) -> list[AccountView]:
        markets = await self._markets({symbol for account in accounts for symbol in account.positions.symbols})
        return [AccountView(account, markets) for account in accounts]

    async def _markets(self, symbols: set[str]) -> dict[str, Market]:
        return {market.symbol: market for market in await self._ask(load_markets, sorted(symbols))}
