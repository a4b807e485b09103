"""One account's decisions in the making: what is recorded is applied at once, so that the next decision sees it."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from domain.engine.events import CurvePoint, Event, JournalEntry
from domain.engine.evolve import evolve
from domain.market.state import Market, market_of
from domain.portfolio.account import Account
from domain.portfolio.position import Position
from domain.portfolio.valuation import Markets, equity, mark_of


class DecisionContext:
    """What happens to one account while one command is decided."""

    __slots__ = ("account", "archived", "entries", "markets", "points")

    def __init__(self, account: Account, markets: Markets) -> None:
        self.account = account
        self.markets = markets
        self.entries: list[JournalEntry] = []
        self.points: list[CurvePoint] = []
        self.archived: list[Account] = []

    def record(self, event: Event) -> None:
        """Journal an event and apply it."""
        self.account = evolve(self.account, event)
        self.entries.append(JournalEntry(self.account.id, self.account.seq, event))

    def market(self, symbol: str) -> Market:
        """What is known of a symbol's market."""
        return market_of(self.markets, symbol)

    def market_of(self, position: Position) -> Market:
        """The symbol's market as the position sees it: its signal's own price may still be its last (R15)."""
        return replace(self.market(position.symbol), last=mark_of(position, self.markets))

    @property
    def equity(self) -> Decimal:
        """What the account is worth now (R29)."""
        return equity(self.account, self.markets)

    def note_equity(self, time: datetime, day: date) -> None:
        """Observe the equity: a point of the curve, dated no earlier than the last one (R37)."""
        account = self.account
        known = account.watermarks.time
        time = time if known is None else max(time, known)
        watermarks = account.watermarks.observed(self.equity, time, day)
        self.account = replace(account, watermarks=watermarks)
        number = account.session.number
        self.points.append(
            CurvePoint(account.id, number, time, watermarks.day or day, watermarks.equity, watermarks.running_peak)
        )

    def best_of(self, position: Position) -> Decimal | None:
        """The best price since a position's entry, as far as it was remembered (R26)."""
        return self.account.watermarks.extremes.get(position.id)

    def note_extreme(self, position: Position, price: Decimal) -> None:
        """Remember the best price since a position's entry (R26)."""
        watermarks = self.account.watermarks
        if watermarks.extremes.get(position.id) != price:
            extremes = {**watermarks.extremes, position.id: price}
            self.account = replace(self.account, watermarks=replace(watermarks, extremes=extremes))
