"""A backtest of files: ours beside Backtesting.py, on the same minute bars and signals, without costs."""

import json
import random
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from tests.benchmarks.measure import interleaved, quotients
from tests.benchmarks.processes import child
from tests.benchmarks.report import OURS, USUAL
from tests.benchmarks.run import Run

BARS_FILE, SIGNALS_FILE, SETTINGS_FILE = "bars.csv", "signals.csv", "settings.json"
_START = datetime(2022, 1, 3, tzinfo=UTC)
_SIGNAL_EVERY = 20
_STOP, _TARGET = 100, 150
_CONTENDERS = {OURS: "backtest_child", USUAL: "yardsticks.backtesting_py"}


async def minutes(run: Run) -> None:
    """From the files to trades and statistics. Both must make the same trades, at the same prices."""
    bars = 20_000 if run.short else 100_000
    folder = run.ram / "backtest"
    folder.mkdir()
    _write(folder, bars)
    trades = {name: folder / f"{module}.json" for name, module in _CONTENDERS.items()}
    async with AsyncExitStack() as stack:
        contenders = {}
        for name, module in _CONTENDERS.items():
            running = await stack.enter_async_context(child(module, str(folder), str(trades[name])))
            contenders[name] = partial(running.sample, "run", bars)
        series = await interleaved(contenders, run.rounds)
    ours, theirs = (json.loads(trades[name].read_text()) for name in _CONTENDERS)
    assert ours == theirs, (len(ours), len(theirs))
    work = f"backtest of {bars:,} bars, {len(ours):,} trades"
    for name, taken in series.items():
        run.report.add(work, name, taken)
    # Bars a second of CPU, so the other way round.
    ratio = quotients(series[USUAL].cpus, series[OURS].cpus)
    run.report.add_ratio("backtest, bars a second of CPU", "Backtesting.py", ratio, 0.5, 1, at_least=True)


def _write(folder: Path, bars: int) -> None:
    """A random walk in cents; a signal of one share at every twentieth close, long and short by turns."""
    closes, rows = [], []
    for index, (opened, high, low, close) in enumerate(_walk(random.Random(1), bars)):
        closes.append(close)
        prices = ",".join(f"{price / 100:.2f}" for price in (opened, high, low, close))
        rows.append(f"{(_START + timedelta(minutes=index)).isoformat()},{prices},1000\n")
    (folder / BARS_FILE).write_text("date,open,high,low,close,volume\n" + "".join(rows))
    signals = "".join(_signal(number, closes[number]) for number in range(_SIGNAL_EVERY, bars - 1, _SIGNAL_EVERY))
    (folder / SIGNALS_FILE).write_text("symbol,side,timestamp,stopLoss,target1,quantity\n" + signals)
    (folder / SETTINGS_FILE).write_text('{"useRealisticFills": false, "startingCapital": 1000000}')


def _walk(chance: random.Random, bars: int) -> Iterator[tuple[int, int, int, int]]:
    close = 50_000
    for _ in range(bars):
        opened, close = close, close + chance.randint(-20, 20)
        yield opened, max(opened, close) + chance.randint(0, 10), min(opened, close) - chance.randint(0, 10), close


def _signal(number: int, close: int) -> str:
    """A signal at the end of a bar."""
    sign = 1 if number // _SIGNAL_EVERY % 2 else -1
    time = (_START + timedelta(minutes=number + 1)).isoformat()
    stop, target = (close - sign * _STOP) / 100, (close + sign * _TARGET) / 100
    return f"AAPL,{'LONG' if sign > 0 else 'SHORT'},{time},{stop:.2f},{target:.2f},1\n"
