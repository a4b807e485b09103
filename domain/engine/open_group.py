"""The bars and quotes of one end on their way through the desk (R8): whom they concern, what is observed then (R37).

A bar costs what it triggers: accounts of which nothing is reached are not looked at.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import field
from datetime import datetime
from uuid import UUID

from domain.engine.closing import close_everything
from domain.engine.context import DecisionContext
from domain.engine.events import JournalEntry
from domain.engine.observe import halt, observe_group, traded
from domain.engine.observer import SessionCurve
from domain.engine.passing_desk import PassingDesk
from domain.engine.process_update import process_update
from domain.engine.recent_groups import Move, move_of
from domain.engine.state import Desk
from domain.engine.triggers import Subject
from domain.market.state import Market
from domain.market.update import MarketUpdate
from domain.money import OutOfRange
from domain.portfolio.exposure import require_holdable
from domain.portfolio.valuation import Markets
from domain.records import dataclass

Candidates = Mapping[str, Set[UUID | None]]
"""By account, the positions and signals that a bar or quote may concern; None is the account itself."""

Fact = MarketUpdate | JournalEntry


@dataclass(frozen=True, slots=True)
class _Passage:
    """A bar or quote: its symbol's market before and after, all markets before, at its open and after; what moved."""

    update: MarketUpdate
    before: Market
    after: Market
    markets: Markets
    opened: Markets
    closed: Markets
    moves: Mapping[str, Move]


@dataclass(slots=True)
class _Look:
    """An account that is looked at: the latest start of what it held or traded, of so many bars and quotes as it has
    seen; the symbols whose price left its band; how many of its entries have been told."""

    context: DecisionContext
    latest: datetime | None = None
    seen: int = 0
    escaped: set[str] = field(default_factory=set)
    told: int = 0

    def see(self, applied: Sequence[MarketUpdate]) -> None:
        """What it holds has had these bars and quotes, too, since it traded last."""
        held = self.context.account.positions.exposures
        for update in applied[self.seen :]:
            if update.symbol in held:
                self.trade(update)
        self.seen = len(applied)

    def trade(self, update: MarketUpdate) -> None:
        """It held or traded the symbol of a bar or quote."""
        self.latest = update.start if self.latest is None else max(update.start, self.latest)

    def untold(self) -> Sequence[JournalEntry]:
        """Its entries since they were told last."""
        entries = self.context.entries[self.told :]
        self.told += len(entries)
        return entries


_NOBODY: Sequence[_Look] = ()


class OpenGroup:
    """Applies the bars and quotes of a batch, those of one end after those of another."""

    __slots__ = ("_applied", "_curves", "_facts", "_looks", "_moves", "_passing", "end", "fills")

    def __init__(self, desk: Desk) -> None:
        self.end: datetime | None = None
        self.fills = 0
        self._passing = PassingDesk(desk)
        self._facts: list[Fact] = []
        self._curves: list[SessionCurve] = []
        self._begin()

    def _begin(self) -> None:
        self._applied: list[MarketUpdate] = []
        self._moves: dict[str, Move] = {}
        self._looks: dict[str, _Look] = {}

    def market(self, symbol: str) -> Market:
        """What is known of a symbol's market by now."""
        return self._passing.market(symbol)

    def move_on(self, end: datetime) -> None:
        """What comes next ends at another time."""
        if self._applied:
            self._complete()
        self.end = end

    def apply(self, update: MarketUpdate, before: Market) -> None:
        """Apply a bar or quote that is new to its symbol's market. Raises OutOfRange, and has done nothing, if its
        prices cannot be held."""
        symbol, passing, moves = update.symbol, self._passing, self._moves
        triggers, after, looks = passing.triggers(symbol), before.passed(update), _NOBODY
        if triggers is not None:
            assert after.last is not None  # noqa: S101 - a bar or quote makes one
            last = after.last.price
            move = move_of(moves.get(symbol), before, last, update.start)
            if concerned := triggers.reached_by(update, last):
                looks, closed_out = self._passed(_by_account(concerned), update, after, {**moves, symbol: move})
            moves[symbol] = move
        passing.pass_market(symbol, after, update.end)
        self._facts.append(update)
        self._applied.append(update)
        if looks:
            self._tell([*(look for look in looks if look not in closed_out), *closed_out])
            for look in closed_out:
                self._halt(look.context, update)
            self._tell(closed_out)

    def pass_by(self, updates: Sequence[MarketUpdate], place: int, latest: datetime) -> int:
        """Apply bars and quotes of one end, up to a latest, as long as each moves its market forward and concerns
        nobody: as one after the other would be, at little cost. The place of the first that is left."""
        end = updates[place].end
        if end > latest:
            return place
        if end != self.end:
            self.move_on(end)
        passed = self._passing.pass_by(updates, place, self._moves)
        self._facts += updates[place:passed]
        self._applied += updates[place:passed]
        return passed

    def pass_over(self, updates: Sequence[MarketUpdate], place: int, until: int) -> int:
        """Apply bars of one symbol, each of which follows the one before it and is all that ends then, as long as they
        concern nobody: as one after the other would be, at little cost. The place of the first that is left."""
        symbol = updates[place].symbol
        self.move_on(updates[place].end)
        market, triggers = self._passing.market(symbol), self._passing.triggers(symbol)
        if triggers is not None:
            until = triggers.first_reached(updates, place, until)
        bars = updates[place:until]
        if bars:
            if triggers is not None:
                self._passing.add_stretch(bars, market)
            self._passing.pass_market(symbol, market.passed_by_all(bars), bars[-1].end)
            self._facts += bars
        return until

    def closed(self) -> tuple[Desk, Sequence[Fact], Sequence[SessionCurve]]:
        """The desk after the batch, and what was done."""
        if self._applied:
            self._complete()
        return self._passing.desk, self._facts, self._curves

    def _complete(self) -> None:
        """A group is complete: observe the equity of all that were looked at and held any symbol (R37)."""
        if self._moves:
            self._passing.add_group(self._applied[-1].end, self._moves)
        if self._looks:
            self._observe()
        self._begin()

    def _observe(self) -> None:
        looks = [look for _, look in sorted(self._looks.items()) if self._observed(look)]
        self._tell(looks)
        for look in looks:
            context, desk = look.context, self._passing.desk
            watch = context.look_away(desk.recent.newest, traded(context), look.escaped)
            self._passing.desk = desk.with_watch(context.account.name, watch)
            self._curves += context.curves

    def _passed(
        self, candidates: Candidates, update: MarketUpdate, after: Market, moves: Mapping[str, Move]
    ) -> tuple[list[_Look], list[_Look]]:
        """Those whom it may concern, taken through it, and which of them had to be closed out instead."""
        symbol, markets = update.symbol, self._passing.desk.markets
        before = self._passing.market(symbol)
        opened, closed = (markets.with_items({symbol: market}) for market in (before.opened(update), after))
        passage = _Passage(update, before, after, markets, opened, closed, moves)
        looks = [self._look(name) for name in sorted(candidates)]
        marks = [(look.context.mark(), look.latest) for look in looks]
        try:
            closed_out = [
                look for look in looks if not self._passes(look, passage, candidates[look.context.account.name])
            ]
        except OutOfRange:
            for look, (mark, latest) in zip(looks, marks, strict=True):
                look.context.return_to(mark)
                look.latest = latest
            raise
        return looks, closed_out

    def _look(self, name: str) -> _Look:
        look = self._looks.get(name)
        if look is None:
            look = self._looks[name] = _Look(DecisionContext.of(self._passing.desk, name))
        look.see(self._applied)
        return look

    def _passes(self, look: _Look, passage: _Passage, candidates: Set[UUID | None]) -> bool:
        """Take an account through a bar or quote; whether it could be. Raises OutOfRange.

        An account that could not be held at its prices must not keep them from all others: it is closed out at the
        prices before it.
        """
        context, symbol = look.context, passage.update.symbol
        mark, held = context.mark(), bool(context.account.positions.of_symbol(symbol))
        try:
            context.markets = passage.opened
            process_update(context, passage.update, passage.before, passage.closed, _ids(candidates))
            filled = context.has_filled_since(mark)
            if filled or (held and None in candidates):
                _require_closable(context, passage)
        except OutOfRange:
            context.return_to(mark)
            context.markets = passage.markets
            close_everything(context)
            if context.has_filled_since(mark):
                look.trade(passage.update)
            return False
        if held or filled:
            look.trade(passage.update)
        if None in candidates:
            look.escaped.add(symbol)
        return True

    def _observed(self, look: _Look) -> bool:
        context = look.context
        context.markets = self._passing.desk.markets
        look.see(self._applied)
        latest = look.latest
        if latest is not None:
            observe_group(context, self._applied[-1].end, context.account.day_of(latest), self._moves)
        return latest is not None

    def _halt(self, context: DecisionContext, update: MarketUpdate) -> None:
        context.markets = self._passing.desk.markets
        if context.account.halt_reason is None:
            reason = f"at the next prices of {update.symbol} it would be worth 10000000000 or more (R1)"
            halt(context, reason, update.end)

    def _tell(self, looks: Iterable[_Look]) -> None:
        for look in looks:
            if entries := look.untold():
                self._facts += entries
                self.fills += sum(entry.is_fill for entry in entries)
                desk = self._passing.desk
                self._passing.desk = desk.with_account(look.context.account, entries).with_signals_of(entries)


def _require_closable(context: DecisionContext, passage: _Passage) -> None:
    """Should the account be ruined when it is observed, it can be closed (R34): that is tried while it can be undone.

    Raises OutOfRange.
    """
    exposure = context.account.positions.exposures.get(passage.update.symbol)
    if exposure is not None:
        require_holdable(exposure, passage.after)
    if context.equity_after(passage.moves) <= 0:
        mark = context.mark()
        close_everything(context)
        context.return_to(mark)


def _by_account(concerned: Iterable[Subject]) -> Candidates:
    candidates: dict[str, set[UUID | None]] = {}
    for name, key in concerned:
        candidates.setdefault(name, set()).add(key)
    return candidates


def _ids(candidates: Set[UUID | None]) -> set[UUID]:
    return {key for key in candidates if key is not None}
