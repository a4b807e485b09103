"""One account's decisions in the making: what is recorded is applied at once, so that the next decision sees it."""

from collections.abc import Iterable, Mapping, Set
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from domain.engine.bands import bands_after
from domain.engine.events import AccountOpened, Event, JournalEntry, PositionEvent, PositionEventKind, numbered
from domain.engine.evolve import evolve, opened
from domain.engine.observer import Observer, SessionCurve
from domain.engine.recent_groups import Move, RecentGroups
from domain.engine.state import Desk
from domain.engine.watch import EndedSession, Watch, equity_of, observe_since, worth_after
from domain.market.state import Market, market_of
from domain.money import BOUND, OutOfRange, amount_of, fine_units_of, plain
from domain.portfolio.account import Account
from domain.portfolio.position import Position
from domain.portfolio.valuation import Markets, equity, mark_of
from domain.portfolio.watermarks import EquityWatermarks
from domain.records import replace

_NOTHING: Mapping[str, Move] = {}


class Mark(NamedTuple):
    """How far a context has come."""

    account: Account
    entries: int


class DecisionContext:
    """What happens to one account while one command, or the bars of one end, are decided.

    `_watch` is what was known of its equity before `_observer` took over, if it has; `_worth`, what was open when the
    equity was observed last, and `_traded` the symbols of which positions may have changed since.
    """

    __slots__ = (
        "_before",
        "_curves",
        "_observer",
        "_recent",
        "_traded",
        "_watch",
        "_worth",
        "account",
        "archived",
        "entries",
        "markets",
    )

    def __init__(self, account: Account, markets: Markets, watch: Watch, recent: RecentGroups) -> None:
        self.account = account
        self.markets = markets
        self.entries: list[JournalEntry] = []
        self._curves: list[SessionCurve] = []
        self.archived: list[EndedSession] = []
        self._before = account
        self._recent = recent
        self._traded: set[str] = set()
        self._watch = watch
        self._worth = watch.worth
        self._observer: Observer | None = None

    @classmethod
    def of(cls, desk: Desk, name: str) -> "DecisionContext":
        """The context of an account of a desk."""
        return cls(desk.accounts[name], desk.markets, desk.watches[name], desk.recent)

    @classmethod
    def opening(cls, desk: Desk, event: AccountOpened) -> "DecisionContext":
        """The context of an account that opens."""
        account = opened(event)
        context = cls(account, desk.markets, Watch.start(account.session, desk.recent.newest), desk.recent)
        context.entries.append(JournalEntry(account.id, account.seq, event))
        return context

    @property
    def next_seq(self) -> int:
        """The number of the journal entry that is recorded next."""
        return self.account.seq + 1

    def record(self, event: Event) -> None:
        """Journal an event and apply it."""
        event = numbered(event, self.next_seq)
        if isinstance(event, PositionEvent):
            self._traded.add(event.position.symbol)
        self.account = evolve(self.account, event)
        self.entries.append(JournalEntry(self.account.id, self.account.seq, event))

    def market(self, symbol: str) -> Market:
        """What is known of a symbol's market."""
        return market_of(self.markets, symbol)

    def market_of(self, position: Position) -> Market:
        """The symbol's market as the position sees it: its signal's own price may still be its last (R15)."""
        return replace(self.market(position.symbol), last=mark_of(position, self.markets))

    def positions_among(self, symbol: str, keys: Iterable[UUID]) -> list[Position]:
        """The open positions of a symbol among some, in the order their signals were accepted (R8)."""
        held = self.account.positions.of_symbol(symbol)
        return sorted((held[key] for key in keys if key in held), key=lambda position: position.number)

    def opened_positions(self) -> set[UUID]:
        """The positions that were opened in it."""
        events = (entry.event for entry in self.entries)
        return {
            event.position.id
            for event in events
            if isinstance(event, PositionEvent) and event.kind is PositionEventKind.OPENED
        }

    @property
    def equity(self) -> Decimal:
        """What the account is worth now (R29)."""
        return equity(self.account, self.markets)

    @property
    def watch(self) -> Watch:
        """What is known of the account's equity, up to the newest group of bars that is complete."""
        if self._observer is None:
            if self._watch.groups == self._recent.newest:
                return self._watch
            if not self._before.positions.exposures:
                return replace(self._watch, groups=self._recent.newest)
        observer = self._observing()
        return Watch(observer.observed, self._recent.newest, self._worth, self._watch.bands)

    @property
    def watermarks(self) -> EquityWatermarks:
        """What follows from the equity observed so far."""
        return self._observing().observed.watermarks

    @property
    def observed_equity(self) -> Decimal:
        """The equity that was observed last."""
        return amount_of(self._observing().equity)

    @property
    def observed_until(self) -> datetime | None:
        """The time of the curve's last point."""
        return self._observing().time

    @property
    def curves(self) -> list[SessionCurve]:
        """What curves grew by."""
        self._settle()
        return self._curves

    def mark(self) -> Mark:
        """How far it has come."""
        return Mark(self.account, len(self.entries))

    def return_to(self, mark: Mark) -> None:
        """Undo what was recorded since."""
        self.account = mark.account
        del self.entries[mark.entries :]

    def has_filled_since(self, mark: Mark) -> bool:
        """Whether it has filled anything since."""
        return any(entry.is_fill for entry in self.entries[mark.entries :])

    def equity_after(self, moves: Mapping[str, Move]) -> int:
        """What the account is worth once prices have moved since the newest group. Raises OutOfRange."""
        return self._valued(moves)[0]

    def observe(self, time: datetime, day: date, moves: Mapping[str, Move] = _NOTHING) -> None:
        """Observe the equity: a point of the curve, dated no earlier than the last one (R37)."""
        equity, worth = self._valued(moves)
        self._observing().observe(time, day, equity)
        self._before, self._worth, self._traded = self.account, worth, set()

    def resume(self, equity: Decimal) -> None:
        """Measure losses from an equity on (R34)."""
        self._observing()
        self._settle()
        self._watch = self._watch.resumed(equity)

    def end_session(self) -> None:
        """Keep the account as it stands at the end of its session."""
        self.archived.append(EndedSession(self.account, self.watch))

    def start_session(self) -> None:
        """Watch a session that begins."""
        self._settle()
        self._before = self.account
        self._watch = Watch.start(self.account.session, self._recent.newest)
        self._worth = self._watch.worth

    def look_away(self, groups: int, traded: Set[str], escaped: Set[str] = frozenset()) -> Watch:
        """The watch once all is decided, with the prices at which the account must be looked at again."""
        self._settle()
        watch = self.watch
        bands = bands_after(watch.bands, self.account, watch.observed, self.markets, traded, escaped)
        return Watch(watch.observed, groups, watch.worth, bands)

    def _valued(self, moves: Mapping[str, Move]) -> tuple[int, int]:
        self._observing()
        known = None if moves else self.account.positions.known_worth(self.markets)
        if known is None:
            worth = worth_after(self._worth, self._before, self.account, self._traded, moves, self.markets)
        else:
            worth = fine_units_of(known.net)
        equity = equity_of(self.account, worth)
        if abs(amount_of(equity)) >= BOUND:
            raise OutOfRange(f"{plain(amount_of(equity))} is not below 10000000000")
        return equity, worth

    def _observing(self) -> Observer:
        """What observes the equity, once all that came before is observed."""
        if self._observer is None:
            observer = self._observer = Observer(self._watch.observed)
            self._worth = observe_since(observer, self._before, self._watch, self._recent)
        return self._observer

    def _settle(self) -> None:
        """Keep what was observed, and what the curve grew by."""
        observer = self._observer
        if observer is not None:
            self._watch, self._observer = self.watch, None
            if (growth := observer.growth).counted_days:
                self._curves.append(SessionCurve(self.account.id, self._before.session.number, growth))
