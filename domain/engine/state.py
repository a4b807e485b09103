"""The whole desk, pure: its state, and what an entry of its journal does to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from domain.engine.commands import CommandRecord
from domain.engine.events import JournalEntry, SignalEvent
from domain.engine.overlay_map import OverlayMap
from domain.market.state import Market, market_of
from domain.market.update import MarketUpdate
from domain.orders.signal import Signal, SignalStatus
from domain.portfolio.account import Account

UpdateKey = tuple[str, datetime, datetime]
"""The symbol, start and end of a bar or quote."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything the next decision depends on.

    `accounts_by_symbol` names, for each symbol, the accounts that hold it or have a signal waiting for it.
    `latest_end` is the market's clock (R2). `signals` and `commands` hold, by the desk's ids, what of the past the
    commands at hand name or could repeat, and `applied` the bars and quotes in history that they could repeat (R5, R7).
    """

    accounts: OverlayMap[str, Account] = field(default_factory=OverlayMap)
    markets: OverlayMap[str, Market] = field(default_factory=OverlayMap)
    accounts_by_symbol: OverlayMap[str, frozenset[str]] = field(default_factory=OverlayMap)
    latest_end: datetime | None = None
    signals: OverlayMap[UUID, Signal] = field(default_factory=OverlayMap)
    commands: OverlayMap[UUID, CommandRecord] = field(default_factory=OverlayMap)
    applied: OverlayMap[UpdateKey, tuple[MarketUpdate, ...]] = field(default_factory=OverlayMap)

    @classmethod
    def of(cls, accounts: Iterable[Account], markets: Iterable[Market], latest_end: datetime | None) -> "Desk":
        """The desk with these accounts and markets."""
        empty = cls(markets=OverlayMap({market.symbol: market for market in markets}), latest_end=latest_end)
        return empty.with_accounts(accounts).settled()

    def market(self, symbol: str) -> Market:
        """What is known of a symbol's market."""
        return market_of(self.markets, symbol)

    def with_accounts(self, accounts: Iterable[Account]) -> "Desk":
        """This desk with these accounts as they are now."""
        changed = {account.name: account for account in accounts}
        return replace(
            self, accounts=self.accounts.with_items(changed), accounts_by_symbol=self._accounts_by_symbol_with(changed)
        )

    def with_market(self, market: Market) -> "Desk":
        """This desk with a symbol's market as it is now."""
        return replace(self, markets=self.markets.with_items({market.symbol: market}))

    def with_update(self, market: Market, end: datetime) -> "Desk":
        """This desk with a symbol's market as a bar or quote that ended at `end` left it."""
        latest = end if self.latest_end is None else max(end, self.latest_end)
        return replace(self, markets=self.markets.with_items({market.symbol: market}), latest_end=latest)

    def with_signal(self, signal: Signal) -> "Desk":
        """This desk with a signal decided; the first that is accepted fixes its symbol's asset class (R6)."""
        market = self.market(signal.request.symbol)
        known = replace(self, signals=self.signals.with_items({signal.id: signal}))
        if signal.status is SignalStatus.REJECTED or market.asset_class is not None:
            return known
        return known.with_market(replace(market, asset_class=signal.request.asset_class))

    def with_signals_of(self, entries: Iterable[JournalEntry]) -> "Desk":
        """This desk knowing what journal entries say became of signals."""
        after = self
        for entry in entries:
            if isinstance(entry.event, SignalEvent):
                after = after.with_signal(entry.event.signal)
        return after

    def with_command(self, key: UUID, record: CommandRecord) -> "Desk":
        """This desk remembering what was decided about a command that came with an id (R5)."""
        return replace(self, commands=self.commands.with_items({key: record}))

    def with_applied(self, updates: Mapping[UpdateKey, tuple[MarketUpdate, ...]]) -> "Desk":
        """This desk knowing that these were applied."""
        return replace(self, applied=self.applied.with_items(updates))

    def _accounts_by_symbol_with(self, changed: Mapping[str, Account]) -> OverlayMap[str, frozenset[str]]:
        names: dict[str, frozenset[str]] = {}
        for name, account in changed.items():
            before = self.accounts.get(name)
            if before and before.positions is account.positions and before.working is account.working:
                continue
            for symbol in account.symbols ^ (before.symbols if before else frozenset()):
                held_by = names[symbol] if symbol in names else self.accounts_by_symbol.get(symbol, frozenset())
                names[symbol] = held_by ^ {name}
        return self.accounts_by_symbol.with_items(names)

    def settled(self) -> "Desk":
        """This desk with no changes of its own and nothing of history in sight."""
        return Desk(
            accounts=self.accounts.settled(),
            markets=self.markets.settled(),
            accounts_by_symbol=self.accounts_by_symbol.settled(),
            latest_end=self.latest_end,
        )
