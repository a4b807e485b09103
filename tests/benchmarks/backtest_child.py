"""Our backtest in a process of its own."""

import asyncio
import io
import json
import sys
from pathlib import Path

from rich.console import Console

from api.clock import wall_clock
from api.files.bar_file import BarFile
from api.files.intervals import Interval
from api.garbage import collect_seldom
from api.replay.backtest import BacktestResult
from api.replay.from_files import BareFiles, run_files
from tests.benchmarks.measure import Sample
from tests.benchmarks.parts.backtests import BARS_FILE, SETTINGS_FILE, SIGNALS_FILE
from tests.benchmarks.processes import obey, timed


def write_prices(result: BacktestResult, file: Path) -> None:
    """Leave the prices of all trades behind."""
    file.write_text(
        json.dumps(sorted((f"{trade.entry_price:.2f}", f"{trade.exit_price:.2f}") for trade in result.trades))
    )


async def main(folder: Path, trades: Path) -> None:
    """Do what the parent asks for, and leave the prices of all trades behind."""
    collect_seldom()
    files = BareFiles(
        [BarFile(folder / BARS_FILE, Interval.parse("1m"), "AAPL")], folder / SIGNALS_FILE, folder / SETTINGS_FILE
    )

    async def run(bars: int) -> Sample:
        async with timed(bars) as samples:
            result = run_files(files, wall_clock, Console(file=io.StringIO()))
        assert result.applied == bars
        write_prices(result, trades)
        return samples[0]

    await obey({"run": run})


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
