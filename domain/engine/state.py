"""The whole desk, pure: its state, and what an entry of its journal does to it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from itertools import chain
from uuid import UUID

from domain.engine.applied_updates import NONE_APPLIED, AppliedUpdates
from domain.engine.bands import NO_BANDS
from domain.engine.commands import CommandRecord
from domain.engine.events import JournalEntry, PositionEvent, SignalEvent
from domain.engine.recent_groups import Group, RecentGroups, Stretch
from domain.engine.triggers import NO_LATE_TRIGGERS, NO_LEVELS, LateTriggers, Levels, Subject, levels_of, triggers_of
from domain.engine.watch import Watch
from domain.market.state import Market, market_of
from domain.orders.signal import Signal, SignalStatus
from domain.portfolio.account import Account
from domain.portfolio.overlay_map import OverlayMap
from domain.portfolio.position import Position
from domain.records import dataclass, replace

Leveled = tuple[UUID, str, Levels]
"""The id and the symbol of a position or a working signal, and its levels."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything the next decision depends on.

    `watches` are what is known of accounts' equity, by their names, and `recent` the groups of bars that came since;
    `triggers` name, for each symbol, what a price or a time may concern. `latest_end` is the market's clock (R2).
    `signals` and `commands` hold, by the desk's ids, what of the past the commands at hand name or could repeat, and
    `applied` the bars and quotes in history that they could repeat (R5, R7).
    """

    accounts: OverlayMap[str, Account] = field(default_factory=OverlayMap)
    markets: OverlayMap[str, Market] = field(default_factory=OverlayMap)
    watches: OverlayMap[str, Watch] = field(default_factory=OverlayMap)
    triggers: OverlayMap[str, LateTriggers] = field(default_factory=OverlayMap)
    recent: RecentGroups = field(default_factory=RecentGroups)
    latest_end: datetime | None = None
    signals: OverlayMap[UUID, Signal] = field(default_factory=OverlayMap)
    commands: OverlayMap[UUID, CommandRecord] = field(default_factory=OverlayMap)
    applied: AppliedUpdates = NONE_APPLIED

    @classmethod
    def of(
        cls,
        accounts: Iterable[Account],
        markets: Iterable[Market],
        latest_end: datetime | None,
        watches: Mapping[str, Watch],
        recent: RecentGroups,
        held: Mapping[str, Iterable[Leveled]] | None = None,
    ) -> "Desk":
        """The desk with these accounts, what is known of their equity, and markets.

        `held` are the levels of accounts' open positions, by their names, where they are known.
        """
        known = {account.name: account for account in accounts}
        return cls(
            accounts=OverlayMap(known),
            markets=OverlayMap({market.symbol: market for market in markets}),
            watches=OverlayMap(watches),
            triggers=OverlayMap(_triggers_of(known, watches, held or {})),
            recent=recent,
            latest_end=latest_end,
        )

    @classmethod
    def beginning(cls, account: Account, markets: Iterable[Market]) -> "Desk":
        """The desk with an account whose session begins, and markets."""
        return cls.of([account], markets, None, {account.name: Watch.start(account.session, 0)}, RecentGroups())

    def market(self, symbol: str) -> Market:
        """What is known of a symbol's market."""
        return market_of(self.markets, symbol)

    def with_account(self, account: Account, entries: Iterable[JournalEntry]) -> "Desk":
        """This desk with an account as it is after some entries of its journal, or as it is followed from now on."""
        accounts = self.accounts.with_items({account.name: account})
        return replace(self, accounts=accounts, triggers=self.triggers_with(self._moved_by(account, entries)))

    def with_decided(self, account: Account, entries: Sequence[JournalEntry], watch: Watch) -> "Desk":
        """This desk with an account as it is after some entries of its journal, what they say became of signals, and
        what is known now of its equity: all at once."""
        name, signals = account.name, _signals_of(entries)
        moved = self._moved_by(account, entries)
        moved += self._moved_by_watch(name, watch)
        return replace(
            self,
            accounts=self.accounts.with_items({name: account}),
            markets=self.markets.with_items(self._fixed_by(signals)),
            watches=self.watches.with_items({name: watch}),
            triggers=self.triggers_with(moved),
            signals=self.signals.with_items({signal.id: signal for signal in signals}),
        )

    def without_account(self, name: str) -> "Desk":
        """This desk where nothing concerns an account any more."""
        items = _all_of(self.accounts[name])
        changed = [(symbol, (name, key), was, NO_LEVELS) for key, symbol, _, was in items]
        after = self.with_watch(name, replace(self.watches[name], bands=NO_BANDS))
        return replace(after, triggers=after.triggers_with(changed))

    def with_recent(self, recent: RecentGroups) -> "Desk":
        """This desk with the groups of bars that came last."""
        return replace(self, recent=recent)

    def with_watch(self, name: str, watch: Watch) -> "Desk":
        """This desk with what is known now of an account's equity."""
        watches = self.watches.with_items({name: watch})
        return replace(self, watches=watches, triggers=self.triggers_with(self._moved_by_watch(name, watch)))

    def with_watches_caught_up(self, watches: Mapping[str, Watch]) -> "Desk":
        """This desk with what was observed of accounts meanwhile: nothing else is looked for than before."""
        return replace(self, watches=self.watches.with_items(watches))

    def with_market(self, market: Market) -> "Desk":
        """This desk with a symbol's market as it is now."""
        return replace(self, markets=self.markets.with_items({market.symbol: market}))

    def with_updates(
        self, markets: Mapping[str, Market], end: datetime, groups: Sequence[Group | Stretch] = ()
    ) -> "Desk":
        """This desk with symbols' markets as bars or quotes up to `end` left them, and the groups they came in."""
        latest = end if self.latest_end is None else max(end, self.latest_end)
        recent = self.recent.with_groups(groups)
        return replace(self, markets=self.markets.with_items(markets), recent=recent, latest_end=latest)

    def with_signal(self, signal: Signal) -> "Desk":
        """This desk with a signal decided; the first that is accepted fixes its symbol's asset class (R6)."""
        return self._with_signals([signal])

    def with_signals_of(self, entries: Iterable[JournalEntry]) -> "Desk":
        """This desk knowing what journal entries say became of signals."""
        return self._with_signals(_signals_of(entries))

    def with_command(self, key: UUID, record: CommandRecord) -> "Desk":
        """This desk remembering what was decided about a command that came with an id (R5)."""
        return replace(self, commands=self.commands.with_items({key: record}))

    def with_applied(self, applied: AppliedUpdates) -> "Desk":
        """This desk knowing what was applied."""
        return replace(self, applied=applied)

    def triggers_with(self, changed: Iterable["_Moved"]) -> OverlayMap[str, LateTriggers]:
        """The index where subjects have other levels than before."""
        triggers: dict[str, LateTriggers] = {}
        for symbol, subject, was, now in changed:
            known = triggers.get(symbol) or self.triggers.get(symbol, NO_LATE_TRIGGERS)
            triggers[symbol] = known.moved(subject, was, now)
        return self.triggers.with_items(triggers)

    def _with_signals(self, signals: Sequence[Signal]) -> "Desk":
        known = self.signals.with_items({signal.id: signal for signal in signals})
        return replace(self, markets=self.markets.with_items(self._fixed_by(signals)), signals=known)

    def _fixed_by(self, signals: Iterable[Signal]) -> dict[str, Market]:
        """The markets whose asset class is fixed by signals, the first of which that is accepted does so (R6)."""
        fixed: dict[str, Market] = {}
        for signal in signals:
            symbol = signal.request.symbol
            if signal.status is SignalStatus.REJECTED or symbol in fixed:
                continue
            market = self.market(symbol)
            if market.asset_class is None:
                fixed[symbol] = replace(market, asset_class=signal.request.asset_class)
        return fixed

    def _moved_by(self, account: Account, entries: Iterable[JournalEntry]) -> list["_Moved"]:
        """What of an account has other levels after some entries of its journal; all of it, if it is new."""
        before, name = self.accounts.get(account.name), account.name
        items = _changed(before, entries) if before is not None else _all_of(account)
        return [(symbol, (name, key), was, now) for key, symbol, was, now in items]

    def _moved_by_watch(self, name: str, watch: Watch) -> list["_Moved"]:
        """The symbols whose bands are others for an account by what is known now of its equity."""
        before = self.watches.get(name)
        was, now = before.bands.levels if before else {}, watch.bands.levels
        if was is now:
            return []
        subject = (name, None)
        moved: list[_Moved] = [
            (symbol, subject, was.get(symbol, NO_LEVELS), levels)
            for symbol, levels in now.items()
            if was.get(symbol) is not levels
        ]
        if not was.keys() <= now.keys():
            moved += [(symbol, subject, was[symbol], NO_LEVELS) for symbol in was.keys() - now.keys()]
        return moved

    def settled(self) -> "Desk":
        """This desk with no changes of its own and nothing of history in sight."""
        return Desk(
            accounts=self.accounts.settled(),
            markets=self.markets.settled(),
            watches=self.watches.settled(),
            triggers=self.triggers.settled(),
            recent=self.recent,
            latest_end=self.latest_end,
        )


_Moved = tuple[str, Subject, Levels, Levels]
"""A symbol and a subject, with the levels that it had and has."""

_Item = Position | Signal


def _signals_of(entries: Iterable[JournalEntry]) -> list[Signal]:
    return [entry.event.signal for entry in entries if isinstance(entry.event, SignalEvent)]


def _changed(before: Account, entries: Iterable[JournalEntry]) -> Iterable[tuple[UUID, str, Levels, Levels]]:
    """The positions and signals that entries are about, with the levels that they had before and have after."""
    signals: dict[UUID, Signal] = {}
    positions: dict[UUID, Position] = {}
    for entry in entries:
        event = entry.event
        if isinstance(event, SignalEvent):
            signals[event.signal.id] = event.signal
        elif isinstance(event, PositionEvent):
            positions[event.position.id] = event.position
    for key, signal in signals.items():
        symbol, waits = signal.request.symbol, signal if signal.status is SignalStatus.WORKING else None
        waited = before.working.find(symbol, key)
        if waited is not None or waits is not None:
            yield key, symbol, _levels(waited), _levels(waits)
    for key, position in positions.items():
        symbol, left = position.symbol, position if position.is_open else None
        held = before.positions.find(symbol, key)
        if held is not None or left is not None:
            yield key, symbol, _levels(held), _levels(left)


def _levels(item: _Item | None) -> Levels:
    return NO_LEVELS if item is None else levels_of(item)


def _all_of(account: Account) -> Iterable[tuple[UUID, str, Levels, Levels]]:
    for item in chain[_Item](account.positions.values(), account.working.values()):
        key, symbol, levels = _leveled(item)
        yield key, symbol, NO_LEVELS, levels


def _triggers_of(
    accounts: Mapping[str, Account], watches: Mapping[str, Watch], held: Mapping[str, Iterable[Leveled]]
) -> dict[str, LateTriggers]:
    """The index of accounts from scratch."""
    levels: dict[str, list[tuple[Subject, Levels]]] = {}
    for name in sorted(accounts):
        account = accounts[name]
        for symbol, band in watches[name].bands.levels.items():
            levels.setdefault(symbol, []).append(((name, None), band))
        positions = held[name] if name in held else map(_leveled, account.positions.values())
        for key, symbol, of in sorted((*positions, *map(_leveled, account.working.values())), key=_by_id):
            levels.setdefault(symbol, []).append(((name, key), of))
    return {symbol: LateTriggers(triggers_of(of)) for symbol, of in levels.items()}


def _leveled(item: Position | Signal) -> Leveled:
    return item.id, item.request.symbol if isinstance(item, Signal) else item.symbol, levels_of(item)


def _by_id(leveled: Leveled) -> int:
    return leveled[0].int
