"""The backtest itself: the desk's own decisions, one after the other, and what came of them (R40)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from api.codec.session_export import AssetClassFixed, Retracted
from api.files.text_file import Place
from api.replay.backtest_input import BacktestInput, BacktestStep
from api.replay.observed_curve import ObservedCurve
from api.zones import zone_for
from domain.analytics.comparison import Metrics
from domain.analytics.curve import CurveFigures, DayEnd, curve_figures, periods_in_a_year, return_percent
from domain.analytics.replayed_curve import CurvePoint
from domain.analytics.stats import TradeStats
from domain.engine.commands import Ingest, Times
from domain.engine.decide.dispatch import decide
from domain.engine.events import JournalEntry, PositionEvent, SessionEnded, SignalEvent, TradeEvent
from domain.engine.observer import SessionCurve
from domain.engine.overdue import all_caught_up
from domain.engine.results import Decision, InputOutcome
from domain.engine.state import Desk
from domain.engine.watch import EndedSession
from domain.market.bar import Bar
from domain.market.quote import Quote
from domain.orders.signal import Signal
from domain.portfolio.account import Account
from domain.portfolio.overlay_map import OverlayMap
from domain.portfolio.position import Position
from domain.portfolio.trade import Trade
from domain.portfolio.valuation import equity
from domain.portfolio.watermarks import EquityWatermarks
from domain.records import replace
from domain.refusals import ErrorCode

_UPDATES = (Bar, Quote)

_MOST_KEPT = 2_000
"""Of how many groups of bars the equity is worked out later, together."""


@dataclass(frozen=True, slots=True)
class NotApplied:
    """A row that changed nothing, and why: a bar or quote by R7, a closing or cancellation by its refusal (R20)."""

    place: Place
    outcome: InputOutcome | ErrorCode
    message: str


@dataclass(frozen=True, slots=True)
class BacktestResult:
    """What came of a backtest.

    `account` is as it stood at the end, or when its session ended, and `equity` what it was worth then. `journal` is
    what the desk would have journaled; signals, positions and trades are as they last stood, in the order in which
    they came to be. `metrics` are to 12 places, the rest is unrounded. `notes` say what was made of the files.
    """

    account: Account
    equity: Decimal
    journal: Sequence[JournalEntry]
    signals: Sequence[Signal]
    positions: Sequence[Position]
    trades: Sequence[Trade]
    points: Sequence[CurvePoint]
    watermarks: EquityWatermarks
    days: Sequence[DayEnd]
    stats: TradeStats
    periods_per_year: int
    figures: CurveFigures
    applied: int
    duplicates: int
    not_applied: Sequence[NotApplied]
    notes: Sequence[str]

    @property
    def return_percent(self) -> Decimal:
        """What became of the starting capital, percent."""
        return return_percent(self.account.session.starting_capital, self.equity)

    @property
    def metrics(self) -> Metrics:
        """What is compared with paper (R39)."""
        return Metrics.from_record(self.stats, self.figures, self.watermarks.max_drawdown)


def run(backtest_input: BacktestInput, advance: Callable[[int], None] = lambda _: None) -> BacktestResult:
    """Run an account through its input; `advance` is called with the number of lines taken. Raises BadFile."""
    backtest = _Backtest(backtest_input)
    for step in backtest_input.steps:
        if not isinstance(step, BacktestStep):
            backtest.note(step)
            continue
        backtest.take(step)
        advance(len(step.places))
        if backtest.ended is not None:
            break
    return backtest.result()


class _Backtest:
    def __init__(self, backtest_input: BacktestInput) -> None:
        self.ended: EndedSession | None = None
        self._desk = Desk.beginning(backtest_input.account, backtest_input.markets)
        capital = backtest_input.account.session.starting_capital
        self._notes = backtest_input.notes
        self._name = backtest_input.account.name
        self._journal: list[JournalEntry] = []
        self._signals: dict[UUID, Signal] = {}
        self._positions: dict[UUID, Position] = {}
        self._trades: list[Trade] = []
        self._stats = TradeStats()
        self._curve = ObservedCurve(backtest_input.account.session.zone, capital)
        self._applied = self._duplicates = 0
        self._not_applied: list[NotApplied] = []

    def note(self, step: AssetClassFixed | Retracted) -> None:
        """What happened to a market beside what was applied."""
        market = self._desk.market(step.symbol)
        if isinstance(step, AssetClassFixed):
            market = replace(market, asset_class=step.asset_class)
        else:
            market = replace(market, retracted=market.retracted + step.count)
        self._desk = self._desk.with_market(market).settled()

    def take(self, step: BacktestStep) -> None:
        """Decide a command. Raises BadFile for one that the desk cannot even take."""
        desk = self._desk
        if not isinstance(step.command, Ingest):
            desk = replace(desk, signals=OverlayMap(self._signals))
        decision = decide(desk, step.command, _times(step, desk))
        result = decision.result
        if result.refusal is not None and step.may_be_refused:
            self._not_applied.append(NotApplied(step.places.at(0), result.refusal.code, result.refusal.message))
        elif result.refusal is not None and result.signal is None:
            raise step.places.at(0).bad_file(f"{result.refusal.message} ({result.refusal.code.value})")
        if isinstance(step.command, Ingest):
            self._count(step, decision)
        self._desk = decision.desk
        self._grow(decision.curves)
        if self._desk.recent.count > _MOST_KEPT:
            self._catch_up()
        self._keep(decision)
        self._desk = self._desk.settled()

    def _catch_up(self) -> None:
        desk, owed = all_caught_up(self._desk)
        self._desk = desk.with_recent(desk.recent.last(0))
        self._grow(owed)

    def _grow(self, curves: Iterable[SessionCurve]) -> None:
        for curve in curves if self.ended is None else ():
            self._curve.grow(curve.growth)

    def _count(self, step: BacktestStep, decision: Decision) -> None:
        ingested = decision.result.ingested
        if ingested is None:
            return
        self._applied += ingested.applied
        self._duplicates += ingested.duplicate
        for rejection in ingested.rejected:
            self._not_applied.append(NotApplied(step.places.at(rejection.index), rejection.outcome, rejection.message))

    def _keep(self, decision: Decision) -> None:
        for fact in decision.facts:
            if isinstance(fact, _UPDATES):
                self._curve.note_data(fact)
            elif isinstance(fact, JournalEntry) and self.ended is None:
                self._note(fact, decision)

    def _note(self, entry: JournalEntry, decision: Decision) -> None:
        self._journal.append(entry)
        match entry.event:
            case SignalEvent(signal):
                self._signals[signal.id] = signal
            case PositionEvent():
                self._positions[entry.event.position.id] = entry.event.position
            case TradeEvent(trade):
                self._trades.append(trade)
                self._stats = self._stats.with_trade(trade)
            case SessionEnded():
                self.ended = decision.archived[0]

    def result(self) -> BacktestResult:
        self._catch_up()
        ended = self.ended or EndedSession(self._desk.accounts[self._name], self._desk.watches[self._name])
        account = ended.account
        symbols = {signal.request.symbol for signal in self._signals.values()}
        days = self._curve.days(account.session.starting_capital, symbols)
        periods = periods_in_a_year(account.settings, account.totals)
        return BacktestResult(
            account=account,
            equity=equity(account, self._desk.markets),
            journal=self._journal,
            signals=list(self._signals.values()),
            positions=list(self._positions.values()),
            trades=self._trades,
            points=self._curve.points,
            watermarks=ended.watch.watermarks,
            days=days,
            stats=self._stats,
            periods_per_year=periods,
            figures=curve_figures([day.equity for day in days], periods),
            applied=self._applied,
            duplicates=self._duplicates,
            not_applied=self._not_applied,
            notes=self._notes,
        )


def _times(step: BacktestStep, desk: Desk) -> Times:
    """A step's times, with the zone of a session that it may begin, as market data cannot."""
    if isinstance(step.command, Ingest):
        return step.times
    return replace(step.times, zone=zone_for(step.command, desk))
