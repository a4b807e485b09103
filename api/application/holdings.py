"""What accounts hold, netted by symbol."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from api.application.live_figures import LiveFigures
from api.persistence import holdings
from domain.engine.views import AccountView
from domain.market.state import Market, market_of
from domain.money import ZERO
from domain.portfolio.holding import Holding, earned_since, holding_of
from domain.portfolio.position import Position
from domain.portfolio.trade import Trade


class Holdings(LiveFigures):
    """What the accounts of a snapshot hold."""

    async def holdings(self, name: str, *, of_today: bool) -> tuple[AccountView, list[Holding]] | None:
        """An account with what it holds, by symbol; None if there is none of that name.

        What it has earned today is worked out if it is asked for: that reads all that it holds and closed today.
        """
        view = await self.account(name)
        if view is None:
            return None
        symbols = sorted(view.account.positions.exposures)
        account, session = view.account, view.account.session.number
        closed = await self._ask(holdings.closed_pnl, account.id, session, symbols) if symbols else {}
        today = await self._today(view, symbols) if of_today else {}
        return view, [
            holding_of(account, market_of(view.markets, symbol), closed.get(symbol, ZERO), today.get(symbol))
            for symbol in symbols
        ]

    async def _today(self, view: AccountView, symbols: Sequence[str]) -> dict[str, Decimal | None]:
        if view.today is None or not symbols:
            return {}
        account = view.account
        start = account.session.zone.start_of(view.today)
        trades = await self._ask(holdings.trades_since, account.id, account.session.number, start)
        return {symbol: await self._earned(view, market_of(view.markets, symbol), trades, start) for symbol in symbols}

    async def _earned(
        self, view: AccountView, market: Market, trades: Sequence[Trade], start: datetime
    ) -> Decimal | None:
        held = view.account.positions
        records: list[Position | Trade] = list(held.of_symbol(market.symbol).values())
        records += [trade for trade in trades if trade.symbol == market.symbol]
        price = await self._ask(holdings.price_before, market.symbol, start)
        before = await self._ask(holdings.of_day_before, [record.id for record in records], market.symbol, start)
        return earned_since(start, records, price, held.exposures[market.symbol].worth(market).net, before)
