"""A desk that keeps its history of commands, and can retract market data, as the stored one does."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.engine.commands import (
    AmendPosition,
    AmendSignal,
    CloseAll,
    ClosePosition,
    Command,
    CommandRecord,
    ExecuteSignal,
    Ingest,
    RecordBacktest,
    RetractMarketData,
    ReversePosition,
    Times,
)
from domain.engine.counterfactual import Counterfactual, Dependence
from domain.engine.decide.dispatch import decide
from domain.engine.events import AccountOpened, JournalEntry, JournalRecord, PositionEvent
from domain.engine.evolve import opened
from domain.engine.observer import CurveGrowth
from domain.engine.overdue import all_caught_up
from domain.engine.redecision import RedecidedBatch, Redecision
from domain.engine.results import CommandResult, Decision
from domain.market.quote import Quote
from domain.market.state import Market
from domain.market.update import MarketUpdate
from domain.portfolio.account import Account
from domain.portfolio.open_positions import NO_POSITIONS
from tests.domain.domain_desk import DomainDesk, Record, refusal_of

Point = tuple[UUID, int, datetime]


@dataclass(slots=True)
class RecordedCommand:
    """A command that had effects: its ordinal in history, and its effects."""

    ordinal: int
    command: Command
    times: Times
    entries: list[JournalRecord]
    updates: list[MarketUpdate]
    retracted: list[MarketUpdate]
    record: CommandRecord | None

    @property
    def dated(self) -> datetime | None:
        """When the first of its entries occurred."""
        return self.entries[0].entry.event.occurred_at if self.entries else None


class RetractingDesk(DomainDesk):
    """A desk on the market's clock, with its history and its accounts' curves."""

    def __init__(self, wall: datetime) -> None:
        super().__init__(wall)
        self.history: list[RecordedCommand] = []
        self.points: dict[Point, int] = {}
        self._ordinal = 0

    def _decide(self, command: Command) -> CommandResult:
        times = self.times_for(self.desk, command)
        result = super()._decide(command)
        assert self.decision is not None
        if self.decision.facts or self.decision.record:
            self._remember(command, times, self.decision)
        return result

    def _remember(self, command: Command, times: Times, decision: Decision) -> None:
        self._ordinal += 1
        recorded = RecordedCommand(self._ordinal, command, times, [], [], [], decision.record)
        for fact in decision.facts:
            self._ordinal += 1
            if isinstance(fact, MarketUpdate):
                recorded.updates.append(fact)
            elif isinstance(fact, JournalEntry):
                recorded.entries.append(JournalRecord(self._ordinal, times.recorded_at, fact))
        self.history.append(recorded)
        for curve in (*decision.curves, *all_caught_up(decision.desk)[1]):
            self._grow((curve.account_id, curve.session), curve.growth)

    def _grow(self, place: tuple[UUID, int], growth: CurveGrowth) -> None:
        self.points |= {(*place, time): equity for time, equity in growth.points.items()}

    def resend(self, recorded: RecordedCommand, counting: Callable[[MarketUpdate], bool]) -> None:
        """Decide a command of another desk, with only the market data that counts."""
        updates = [update for update in recorded.updates if counting(update)]
        command = Ingest(updates) if isinstance(recorded.command, Ingest) else recorded.command
        if updates or not isinstance(command, Ingest):
            self._decide(command)

    def retract(self, symbol: str, since: datetime) -> Record:
        """Retract a symbol's market data from a time on."""
        replay, market, clock, dated = Redecision(), Market(symbol), None, list[Dependence]()
        counts = {True: 0, False: 0}

        def is_retracted(update: MarketUpdate) -> bool:
            return update.symbol == symbol and update.lies_after(since)

        for recorded in self.history:
            taken_back = [update for update in recorded.updates if is_retracted(update)]
            kept = [update for update in recorded.updates if not is_retracted(update)]
            for update in taken_back:
                counts[isinstance(update, Quote)] += 1
            dated += self._dated(recorded, clock)
            batch = RedecidedBatch(
                kept, [update.symbol for update in [*taken_back, *recorded.retracted]], bool(taken_back)
            )
            self._replay(replay, recorded, batch)
            for update in kept:
                clock = update.end if clock is None else max(clock, update.end)
                market = market.passed(update) if update.symbol == symbol else market
            for left_out in batch.left_out:
                market = market.without_next() if left_out == symbol else market
        dependent = sorted([*replay.dependent, *dated], key=lambda entry: entry.ordinal)
        without = Counterfactual(counts[False], counts[True], market, dependent, replay.curves())
        return self._apply(RetractMarketData(symbol, since, without), is_retracted)

    def _replay(self, replay: Redecision, recorded: RecordedCommand, batch: RedecidedBatch) -> None:
        first = recorded.entries[0].entry.event if recorded.entries else None
        if isinstance(first, AccountOpened):
            replay.add_account(opened(first))
        elif isinstance(recorded.command, Ingest):
            replay.ingest(batch, recorded.times, recorded.ordinal, recorded.entries)
        else:
            replay.redecide(recorded.command, recorded.times, recorded.ordinal, recorded.entries, recorded.record)  # type: ignore[arg-type]

    def _dated(self, recorded: RecordedCommand, clock: datetime | None) -> list[Dependence]:
        """The dependence of a command that was dated by the market's clock, where the clock would have been another."""
        match recorded.command:
            case Ingest() | RetractMarketData() | RecordBacktest():
                return []
            case ExecuteSignal(request=request):
                takes_it = request.timestamp is None
            case (
                ClosePosition(market_price=price, timestamp=timestamp)
                | CloseAll(market_price=price, timestamp=timestamp)
            ):
                takes_it = timestamp is None and price is not None
            case ReversePosition(signal=ExecuteSignal(request=request)):
                takes_it = request.timestamp is None
            case AmendSignal() | AmendPosition():
                takes_it = recorded.command.timestamp is None and recorded.dated == recorded.times.clock
            case _:
                takes_it = True
        if not recorded.entries or not takes_it or recorded.times.clock == (clock or self.wall):
            return []
        return [Dependence(recorded.ordinal, recorded.times.clock, recorded.command.account, "it took the clock")]

    def _apply(self, command: RetractMarketData, is_retracted: Callable[[MarketUpdate], bool]) -> Record:
        decision = decide(self.desk, command, Times(self.wall, self.desk.latest_end or self.wall))
        assert decision.facts or decision.desk is self.desk
        if decision.result.refusal is not None or not decision.facts:
            return refusal_of(decision.result)
        self.desk = decision.desk
        for curve in decision.redecided:
            place = (curve.account.id, curve.account.session.number)
            self.points = {key: equity for key, equity in self.points.items() if key[:2] != place}
            self._grow(place, curve.growth)
        for recorded in self.history:
            recorded.retracted += [update for update in recorded.updates if is_retracted(update)]
            recorded.updates = [update for update in recorded.updates if not is_retracted(update)]
        return refusal_of(decision.result)

    @property
    def unmarked_journal(self) -> list[Any]:
        """The journal, without the last prices of its times and the numbers of updates."""
        events = []
        for entry in self.journal:
            if not isinstance(entry, JournalEntry):
                continue
            event: Any = entry.event
            if isinstance(event, PositionEvent):
                event = (event.kind, unnumbered(event.position), event.fill, event.occurred_at)
            events.append((entry.account_id, entry.seq, event))
        return sorted(events, key=lambda event: event[:2])

    @property
    def unnumbered_accounts(self) -> dict[str, Any]:
        """The accounts as they stand, their positions without numbers of updates."""
        return {name: _bare(account) for name, account in self.desk.accounts.items()}


def unnumbered(position: Any) -> Any:
    own = position.override_price
    return replace(position, override_price=None), None if own is None else own.mark


def _bare(account: Account) -> Any:
    positions = {key: unnumbered(position) for key, position in account.positions.items()}
    return replace(account, positions=NO_POSITIONS), positions
