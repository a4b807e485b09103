"""Backtesting.py on files of bars and signals, in a process of its own."""

import asyncio
import json
import sys
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
from backtesting import Backtest, Strategy

from tests.benchmarks.measure import Sample
from tests.benchmarks.parts.backtests import BARS_FILE, SIGNALS_FILE
from tests.benchmarks.processes import obey, timed


class Signals(Strategy):  # type: ignore[misc]  # the library has no types
    """Buys and sells one share at the closes for which there is a signal."""

    by_bar: dict[int, Any] = {}  # noqa: RUF012 - the library takes parameters from the class

    def init(self) -> None:
        """Nothing is worked out beforehand."""

    def next(self) -> None:
        """Follow a signal of this bar's close."""
        signal = self.by_bar.get(len(self.data) - 1)
        if signal is not None:
            enter = self.buy if signal.side == "LONG" else self.sell
            enter(size=1, sl=signal.stopLoss, tp=signal.target1)


def backtested(folder: Path) -> Any:
    """All trades of the files."""
    bars = pd.read_csv(folder / BARS_FILE, index_col="date", parse_dates=True).tz_localize(None)
    bars.columns = bars.columns.str.title()
    signals = pd.read_csv(folder / SIGNALS_FILE, parse_dates=["timestamp"])
    places = bars.index.get_indexer(signals["timestamp"].dt.tz_localize(None)) - 1
    Signals.by_bar = dict(zip(places.tolist(), signals.itertuples(), strict=True))
    test = Backtest(bars, Signals, cash=1_000_000, trade_on_close=True, hedging=True)
    with warnings.catch_warnings():
        # It warns of trades that are open at the end, which a desk leaves open too.
        warnings.simplefilter("ignore")
        return test.run()["_trades"]


def write_prices(table: Any, file: Path) -> None:
    """Leave the prices of all trades behind."""
    file.write_text(json.dumps(sorted((f"{row.EntryPrice:.2f}", f"{row.ExitPrice:.2f}") for row in table.itertuples())))


async def main(folder: Path, trades: Path) -> None:
    """Do what the parent asks for, and leave the prices of all trades behind."""

    async def run(bars: int) -> Sample:
        async with timed(bars) as samples:
            table = backtested(folder)
        write_prices(table, trades)
        return samples[0]

    await obey({"run": run})


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
