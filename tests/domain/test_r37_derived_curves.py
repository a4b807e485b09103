"""R37: what is worked out later of the equity is what observing it bar by bar shows; the index names all there is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from hypothesis import event, given
from hypothesis import strategies as st

from domain.analytics.replayed_curve import CurveReplay, RecordedFill, RecordedUpdate
from domain.engine.audit import Fold
from domain.engine.events import JournalEntry, PositionEvent
from domain.engine.observer import CurveGrowth, ObservedEquity, Observer, SessionCurve
from domain.engine.overdue import all_caught_up, caught_up_in_turn, watch_of
from domain.engine.results import Decision
from domain.engine.state import Desk
from domain.engine.triggers import NO_TRIGGERS, LateTriggers, Triggers
from domain.market.update import MarketUpdate
from domain.money import amount_of
from domain.orders.side import Side
from domain.portfolio.fill import FillReason
from domain.portfolio.hour import Hour
from domain.portfolio.watermarks import EquityWatermarks, drawdown_percent
from domain.risk.halts import excess_loss
from tests.domain.domain_desk import DomainDesk
from tests.strategies import WALL, Step, scenarios

SessionKey = tuple[UUID, int]


@dataclass
class Observed:
    """A desk that looks seldom, what it told of curves, and the same history observed bar by bar."""

    desk: DomainDesk
    fold: Fold
    curves: dict[SessionKey, CurveGrowth] = field(default_factory=dict)
    history: list[RecordedUpdate | tuple[int, int, JournalEntry]] = field(default_factory=list)
    ordinal: int = 0

    def add(self, curves: list[SessionCurve] | tuple[SessionCurve, ...]) -> None:
        for curve in curves:
            self.curves.setdefault((curve.account_id, curve.session), CurveGrowth()).add(curve.growth)

    def take(self, decision: Decision) -> None:
        self.ordinal += 1
        command = self.ordinal
        self.fold.command()
        for fact in decision.facts:
            self.ordinal += 1
            if isinstance(fact, MarketUpdate):
                self.fold.market_update(fact)
                self.history.append(RecordedUpdate(self.ordinal, command, fact))
            elif isinstance(fact, JournalEntry):
                self.fold.entry(fact)
                self.history.append((self.ordinal, command, fact))
        self.fold.command()
        self.add(decision.curves)


def observed(scenario: list[Step]) -> Iterator[Observed]:
    """A desk after each step; the accounts have their turns as they do while it serves."""
    told = Observed(DomainDesk(WALL), Fold())
    for method, arguments in scenario:
        step(told, method, arguments)
        yield told


def expected_curves(fold: Fold) -> dict[SessionKey, CurveGrowth]:
    curves: dict[SessionKey, CurveGrowth] = {}
    for curve in fold.curves:
        curves.setdefault((curve.account_id, curve.session), CurveGrowth()).add(curve.growth)
    return curves


def without_empty(triggers: Mapping[str, LateTriggers]) -> dict[str, Triggers]:
    return {symbol: index.now for symbol, index in triggers.items() if index.now != NO_TRIGGERS}


@given(scenarios())
def test_r37_the_index_names_all_that_is_open_or_waits(scenario: list[Step]) -> None:
    for told in observed(scenario):
        desk = told.desk.desk
        anew = Desk.of(desk.accounts.values(), desk.markets.values(), desk.latest_end, desk.watches, desk.recent)
        assert without_empty(desk.triggers) == without_empty(anew.triggers)


@given(scenarios())
def test_r37_what_is_known_later_is_what_every_bar_shows(scenario: list[Step]) -> None:
    for told in observed(scenario):
        desk = told.desk.desk
        for name, watch in told.fold.watches.items():
            known = watch_of(desk, name)
            assert (known.watermarks, known.hour) == (watch.watermarks, watch.hour)
    told.add(all_caught_up(told.desk.desk)[1])
    assert told.curves == expected_curves(told.fold)


@given(scenarios())
def test_r37_a_replay_of_fills_and_bars_makes_the_points_that_were_observed(scenario: list[Step]) -> None:
    told = list(observed(scenario))[-1]
    for (account_id, session), growth in expected_curves(told.fold).items():
        account = next(account for account in told.desk.desk.accounts.values() if account.id == account_id)
        capital = account.session.starting_capital
        if session != account.session.number:
            ended = [ended for ended in told.fold.archived if ended.account.session.number == session]
            account = next(one.account for one in ended if one.account.id == account_id)
            capital = account.session.starting_capital
        replay = CurveReplay(account.session.zone, capital)
        points: dict[datetime, int] = {}
        days: dict[date, Decimal] = {}
        for time, day, equity in replay.points(facts_of(told, account_id, session)):
            points[time] = equity
            days[max(day, *days) if days else day] = amount_of(equity)
        assert points == growth.points
        assert days == growth.days


def facts_of(told: Observed, account_id: UUID, session: int) -> Iterator[RecordedUpdate | RecordedFill]:
    entered: dict[UUID, int] = {}
    for fact in told.history:
        if isinstance(fact, RecordedUpdate):
            yield fact
            continue
        ordinal, command, entry = fact
        event = entry.event
        if entry.account_id != account_id or not isinstance(event, PositionEvent) or event.fill is None:
            continue
        position, fill = event.position, event.fill
        is_entry = fill.reason is FillReason.ENTRY
        entered.setdefault(position.id, ordinal)
        if position.session == session:
            buys = is_entry is (position.side is Side.LONG)
            yield RecordedFill(
                ordinal,
                command,
                fill.time,
                position.symbol,
                quantity=fill.quantity if buys else -fill.quantity,
                cash=(-fill.amount if buys else fill.amount) - fill.commission,
                is_entry=is_entry,
                is_last=not position.is_open,
                own_price=None if position.override_price is None else position.override_price.mark.price,
                entered=entered[position.id],
            )


@given(scenarios())
def test_r37_hours_hold_the_ends_and_extremes_of_their_points_and_their_drawdowns(scenario: list[Step]) -> None:
    told = list(observed(scenario))[-1]
    for growth in expected_curves(told.fold).values():
        for start, hour in growth.hours.items():
            inside = [
                (time, amount_of(equity))
                for time, equity in sorted(growth.points.items())
                if time.replace(minute=0, second=0, microsecond=0) == start
            ]
            assert_hour_is_of(hour, inside)


@given(st.integers(0, 2**32), st.sampled_from((7, 60, 1_500, 90_000)), st.booleans())
def test_r37_points_of_an_hour_that_are_observed_together_are_as_one_by_one(seed: int, step: int, ruins: bool) -> None:
    random, time, equity = Random(seed), WALL, 1_000_000
    known = [ObservedEquity.of(EquityWatermarks.start(amount_of(equity)), None)] * 2
    for _ in range(4):
        points: list[tuple[datetime, date, int]] = []
        steps, earlier = random.choice((((1,), (0,)), ((1, 1, 2), (0,)), ((-1, 0, 1, 1, 1), (0, 0, 0, 1_440))))
        for _ in range(random.randrange(40)):
            time += timedelta(seconds=step * random.choice(steps))
            equity += random.randrange(-300_000, 250_000) if ruins else random.randrange(-300, 310)
            points.append((time, (time - timedelta(minutes=random.choice(earlier))).date(), equity))
        together, one_by_one = (Observer(observed) for observed in known)
        together.observe_all(*zip(*points, strict=True)) if points else None
        for point in points:
            one_by_one.observe(*point)
        known = [together.observed, one_by_one.observed]
        assert known[0] == known[1]
        assert together.growth == one_by_one.growth


def assert_hour_is_of(hour: Hour, points: list[tuple[datetime, Decimal]]) -> None:
    times, equities = [time for time, _ in points], [equity for _, equity in points]
    settled = equities[:-1] or equities
    assert hour.points == len(points)
    assert (hour.first_time, hour.last_time, hour.first, hour.last) == (times[0], times[-1], equities[0], equities[-1])
    assert (hour.low, hour.high) == (min(settled), max(settled))
    assert dict(points)[hour.low_time] == hour.low
    assert dict(points)[hour.high_time] == hour.high
    if min(settled) > 0:
        losses = [drawdown_percent(max(settled[: place + 1]), equity) for place, equity in enumerate(settled)]
        assert drawdown_percent(hour.deepest_from, hour.deepest_to) == max(losses)


@given(st.integers(0, 2**32), st.integers(1, 4))
def test_r37_no_limit_is_passed_between_two_looks(seed: int, symbols: int) -> None:
    """A long and quiet life: prices wander a little, and accounts hold much, so that only bands tell when to look."""
    random, told = Random(seed), Observed(DomainDesk(WALL), Fold())
    prices = {f"S{number}": Decimal(100) for number in range(symbols)}
    for name in ("default", "second"):
        step(told, "enable", {"name": name, "settings": settings_at_risk(random)})
    halts, start = 0, WALL - timedelta(days=30)
    for minute in range(80):
        start += timedelta(minutes=random.choice((1, 1, 40, 400)))
        prices = {symbol: price + Decimal(random.randint(-20, 20)) / 100 for symbol, price in prices.items()}
        moved = [symbol for symbol in prices if random.random() < 0.8]
        quotes = [{"symbol": symbol, "time": start, "price": prices[symbol]} for symbol in moved]
        step(told, "ingest", {"batch": quotes})
        for name in ("default", "second"):
            if minute == 0 or random.random() < 0.1:
                step(told, *random_trade(random, name, prices, start, minute))
        for name, account in told.desk.desk.accounts.items():
            watermarks = told.fold.watches[name].watermarks
            assert (excess_loss(account.settings, watermarks) is None and watermarks.equity > 0) or account.halt_reason
            halts += account.halt_reason is not None
    event("halted" if halts else "not halted")


def settings_at_risk(random: Random) -> dict[str, Any]:
    return {
        "starting_capital": Decimal(10_000),
        "use_realistic_fills": random.random() < 0.3,
        "leverage": Decimal(50),
        "max_trade_risk_percent": Decimal(100),
        "max_heat_percent": Decimal(100),
        "max_daily_loss_percent": random.choice((None, Decimal("0.5"), Decimal(3))),
        "max_drawdown_percent": random.choice((None, Decimal(1), Decimal(5))),
    }


def random_trade(
    random: Random, name: str, prices: dict[str, Decimal], time: datetime, minute: int
) -> tuple[str, dict[str, Any]]:
    symbol, price = random.choice(list(prices.items()))
    if minute and random.random() < 0.2:
        return "resume", {"name": name}
    if minute and random.random() < 0.2:
        return "close_all", {"name": name, "symbol": symbol}
    side, reach = random.choice((("LONG", 1), ("SHORT", -1)))
    signal = {
        "id": str(UUID(int=minute + 1)),
        "symbol": symbol,
        "side": side,
        "stop_loss": price - reach * 5,
        "target1": price + reach * 30,
        "quantity": Decimal(random.choice((10, 200, 1_000))),
        "timestamp": time,
        **({"market_price": price + Decimal("0.05")} if random.random() < 0.3 else {}),
    }
    return "execute_signal", {"name": name, "signal": signal}


def step(told: Observed, method: str, arguments: dict[str, Any]) -> None:
    decision = told.desk.decision_of(method, arguments)
    if decision is not None:
        told.take(decision)
        told.desk.desk, owed = caught_up_in_turn(told.desk.desk)
        told.add(owed)
        for name, watch in told.desk.desk.watches.items():
            assert watch.bands.levels.keys() <= told.desk.desk.accounts[name].positions.exposures.keys()
