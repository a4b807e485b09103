"""The demo's rule, and what it makes of the demo's data."""

import gzip
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import NAMESPACE_DNS, uuid5

import pytest

from api.feeds.breakout import BreakoutRule, BreakoutSignal, breakout_signals
from api.feeds.data.extract import extract
from api.feeds.demo import ACCOUNT, DATA, SYMBOLS, WARM_UP_BARS, DemoStep, demo_steps
from domain.engine.commands import Command, Enable, ExecuteSignal, Ingest, Times
from domain.engine.decide.dispatch import decide
from domain.engine.events import JournalEntry, PositionEvent
from domain.engine.state import Desk
from domain.market.bar import Bar
from domain.orders.request import Request
from domain.orders.side import Side
from domain.portfolio.account import Account

RULE = BreakoutRule(channel=3, atr_period=2, stop_ranges=Decimal(2), target1=Decimal(1), target2=Decimal(2))
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
TEN_MINUTES = 2 * 600
QUIET = [("10.5", "9.5", "10")] * 3


def bars(*days: tuple[str, str, str]) -> Iterator[Bar]:
    """One bar a day of (high, low, close); each opens where it closes."""
    for number, (high, low, close) in enumerate(days):
        start = FIRST + timedelta(days=number)
        at_close = Decimal(close)
        yield Bar("AAPL", start, start + timedelta(days=1), at_close, Decimal(high), Decimal(low), at_close)


def signals(*days: tuple[str, str, str], rule: BreakoutRule = RULE) -> list[BreakoutSignal | None]:
    return [signal for _, signal in breakout_signals(bars(*days), rule)]


def sides(*days: tuple[str, str, str], rule: BreakoutRule = RULE) -> list[Side | None]:
    return [None if signal is None else signal.side for signal in signals(*days, rule=rule)]


def test_a_close_above_the_channel_asks_for_a_long_position() -> None:
    assert signals(*QUIET, ("11", "10", "11"))[3] == BreakoutSignal(
        symbol="AAPL",
        side=Side.LONG,
        time=datetime(2024, 1, 5, tzinfo=UTC),
        stop=Decimal("9.00"),
        target1=Decimal("13.00"),
        target2=Decimal("15.00"),
        risk_percent=Decimal("0.5"),
        expires_at=datetime(2024, 4, 4, tzinfo=UTC),
        stop_distance=Decimal("2.00"),
        target1_r=Decimal(1),
        target2_r=Decimal(2),
    )


def test_a_close_below_the_channel_asks_for_a_short_position() -> None:
    signal = signals(*QUIET, ("10", "9", "9"))[3]
    assert signal is not None
    assert signal.side is Side.SHORT
    assert [signal.stop, signal.target1, signal.target2] == [Decimal(11), Decimal(7), Decimal(5)]


def test_levels_are_whole_cents() -> None:
    signal = signals(*QUIET, ("11.0059", "10", "11.0059"))[3]
    assert signal is not None
    assert (signal.stop, signal.target1, signal.target2) == (Decimal("9.00"), Decimal("13.00"), Decimal("15.00"))


def test_a_close_at_the_edge_of_the_channel_is_no_breakout() -> None:
    assert sides(*QUIET, ("11", "9", "10.5")) == [None] * 4
    assert sides(*QUIET, ("11", "9", "9.5")) == [None] * 4


def test_nothing_is_asked_for_before_the_channel_and_the_average_are_known() -> None:
    rising = [(f"{n}.5", f"{n}", f"{n}.5") for n in range(10, 20)]
    assert sides(*rising).index(Side.LONG) == 3
    assert sides(*rising, rule=BreakoutRule(channel=2, atr_period=5)).index(Side.LONG) == 5


def test_the_average_moves_by_a_share_of_each_new_range() -> None:
    signal = signals(*QUIET, ("10.5", "9.5", "10"), ("13", "10", "13"))[4]
    assert signal is not None
    assert (signal.stop, signal.target1) == (Decimal(9), Decimal(17))


def test_no_other_signal_comes_until_the_last_one_is_over() -> None:
    assert sides(*QUIET, ("11", "10", "11"), ("12", "11", "12"), ("13", "12", "13")) == [None] * 3 + [
        Side.LONG,
        None,
        None,
    ]


def test_a_signal_is_over_at_its_stop() -> None:
    assert sides(*QUIET, ("11", "10", "11"), ("11", "9", "9.2")) == [None] * 3 + [Side.LONG, Side.SHORT]


def test_a_signal_is_over_at_its_second_target() -> None:
    assert sides(*QUIET, ("11", "10", "11"), ("15", "11", "15")) == [None] * 3 + [Side.LONG, Side.LONG]


def test_after_the_first_target_a_signal_is_over_at_break_even() -> None:
    days = [*QUIET, ("11", "10", "11"), ("13", "11.5", "13"), ("13", "11", "13.5")]
    assert sides(*days[:5], ("13.5", "11.01", "13.5"))[5] is None
    assert sides(*days[:5], ("13.5", "11", "13.5"))[5] is Side.LONG


def test_a_signal_is_over_when_its_time_is_up() -> None:
    rule = BreakoutRule(channel=3, atr_period=2, stop_ranges=Decimal(2), holding=timedelta(days=2))
    rising = [("11", "10", "11"), ("11.1", "11", "11.1"), ("11.2", "11", "11.2"), ("11.3", "11", "11.3")]
    assert sides(*QUIET, *rising, rule=rule)[3:] == [Side.LONG, None, None, Side.LONG]


def test_a_range_too_small_for_a_stop_gives_no_signal() -> None:
    assert sides(*[("10", "10", "10")] * 3, ("10.001", "10.001", "10.001")) == [None] * 4


def test_a_target_below_zero_gives_no_signal() -> None:
    assert sides(*[("3", "1", "2")] * 3, ("2", "0.9", "0.9")) == [None] * 4


def test_a_signal_is_the_input_of_execute_signal() -> None:
    signal = signals(*QUIET, ("11", "10", "11"))[3]
    assert signal is not None
    assert signal.as_input() == {
        "id": "a3ea4d29-e696-583e-b89a-91665eff5061",
        "symbol": "AAPL",
        "side": "LONG",
        "timeframe": "1d",
        "source": "demo-breakout",
        "timestamp": "2024-01-05T00:00:00+00:00",
        "stopDistance": "2",
        "target1R": "1",
        "target2R": "2",
        "riskPercent": "0.5",
        "breakEvenAfterTarget1": True,
        "expiresAt": "2024-04-04T00:00:00+00:00",
    }


@pytest.fixture(scope="module")
def steps() -> list[DemoStep]:
    return demo_steps()


def test_the_demo_is_eight_years_of_four_symbols_day_by_day(steps: list[DemoStep]) -> None:
    assert len(steps) == 8_060
    assert [(step.bar.symbol, f"{step.bar.start:%Y-%m-%d}") for step in (*steps[:5], steps[-1])] == [
        ("AAPL", "2005-03-01"),
        ("GOOG", "2005-03-01"),
        ("IBM", "2005-03-01"),
        ("MSFT", "2005-03-01"),
        ("AAPL", "2005-03-02"),
        ("MSFT", "2013-03-01"),
    ]


def test_the_demo_trades_both_ways_in_every_symbol(steps: list[DemoStep]) -> None:
    given = Counter((step.signal.symbol, step.signal.side.value) for step in steps if step.signal)
    assert given == {
        ("AAPL", "LONG"): 35,
        ("AAPL", "SHORT"): 22,
        ("GOOG", "LONG"): 34,
        ("GOOG", "SHORT"): 25,
        ("IBM", "LONG"): 28,
        ("IBM", "SHORT"): 22,
        ("MSFT", "LONG"): 27,
        ("MSFT", "SHORT"): 24,
    }


def test_no_demo_signal_comes_from_the_warm_up(steps: list[DemoStep]) -> None:
    assert next(number for number, step in enumerate(steps) if step.signal) == 102
    assert WARM_UP_BARS == 100


class _Trader:
    """The demo on the rules of the desk themselves, counting what a viewer sees."""

    def __init__(self, warm_up: Sequence[DemoStep]) -> None:
        self.desk = Desk()
        self.seen: Counter[str] = Counter()
        self.still = self.longest_still = 0
        self._do(Enable(ACCOUNT, uuid5(NAMESPACE_DNS, ACCOUNT)))
        self._do(Ingest([step.bar for step in warm_up]))

    def take(self, step: DemoStep) -> None:
        held = any(position.symbol == step.bar.symbol for position in self.account.positions.values())
        facts = self._do(Ingest([step.bar]))
        if step.signal is not None:
            facts += self._do(_command(step.signal))
        events = [fact.event for fact in facts if isinstance(fact, JournalEntry)]
        kinds = [event.kind.value for event in events if isinstance(event, PositionEvent)]
        self.seen.update(kinds)
        self.still = 0 if held or kinds else self.still + 1
        self.longest_still = max(self.longest_still, self.still)

    @property
    def account(self) -> Account:
        return self.desk.accounts[ACCOUNT]

    def _do(self, command: Command) -> tuple[object, ...]:
        clock = self.desk.latest_end or datetime(2026, 1, 1, tzinfo=UTC)
        outcome = decide(self.desk, command, Times(datetime(2026, 1, 1, tzinfo=UTC), clock))
        assert outcome.result.refusal is None
        self.desk = outcome.desk.settled()
        return outcome.facts


def _command(signal: BreakoutSignal) -> ExecuteSignal:
    request = Request(
        signal.symbol,
        stop_distance=signal.stop_distance,
        target1_r=signal.target1_r,
        target2_r=signal.target2_r,
        side=signal.side,
        timestamp=signal.time,
        risk_percent=signal.risk_percent,
        break_even_after_target1=True,
        expires_at=signal.expires_at,
    )
    return ExecuteSignal(ACCOUNT, uuid5(NAMESPACE_DNS, str(signal.id)), signal.id, request)


def test_in_the_first_ten_minutes_there_is_always_something_to_see(steps: list[DemoStep]) -> None:
    trader = _Trader(steps[:WARM_UP_BARS])
    for step in steps[WARM_UP_BARS : WARM_UP_BARS + TEN_MINUTES]:
        trader.take(step)
    assert trader.longest_still == 2
    assert trader.seen == {"OPENED": 40, "REDUCED": 20, "STOP_MOVED": 20, "CLOSED": 36}


def test_the_data_are_those_of_the_source() -> None:
    actual = {
        symbol: hashlib.sha256(gzip.decompress((DATA / f"{symbol}.csv.gz").read_bytes())).hexdigest()
        for symbol in SYMBOLS
    }
    assert actual == {
        "AAPL": "f072c427c9c546adf3f60ebc451dd2c67ce1585ad65f107bef1ce1d5e1a7463f",
        "GOOG": "9b03a487ab734f20bfa5916f8b33d40ea9c391971d84c62edeae9a65a8862d52",
        "IBM": "06fa601cfb4387e0bef31b12291da19b4ed841cca0a283e723e0b86a9fd18a05",
        "MSFT": "f86f850f0c66c1f3652d8b2534fa024df9a176076574812cc855bda312207ed8",
    }


def test_an_extract_holds_the_rows_of_its_symbol_from_the_first_day_on(tmp_path: Path) -> None:
    source = tmp_path / "stocks.csv.gz"
    source.write_bytes(
        gzip.compress(
            b"Ticker,Date,Open,High,Low,Close,Volume,Adj Close\n"
            b"IBM,2005-02-28,1,1,1,1,1,1\nIBM,2005-03-01,92.64,93.43,92.59,93.3,3819900,69.1\nFB,2012-05-18,1,1,1,1,1,1\n"
        )
    )
    extract(source, tmp_path)
    first = (tmp_path / "IBM.csv.gz").read_bytes()
    extract(source, tmp_path)
    assert (tmp_path / "IBM.csv.gz").read_bytes() == first
    assert gzip.decompress(first).decode() == (
        "date,open,high,low,close,volume\n2005-03-01,92.64,93.43,92.59,93.3,3819900\n"
    )
