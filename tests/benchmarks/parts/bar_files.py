"""What it costs to read a file of a million bars, whatever program wrote it: time, and memory at its highest."""

import random
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from tests.benchmarks.measure import Spread
from tests.benchmarks.report import OURS, spread
from tests.benchmarks.run import Run

_START = datetime(2022, 1, 3, tzinfo=UTC)
_Row = tuple[datetime, str, str, str, str]

# A process of its own, and a small one: the highest memory of a child begins with that of who starts it.
_MEASURED = """
import os, sys
nothing = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
_, status, usage = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=nothing), 0)
print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


async def inspect(run: Run) -> None:
    """`papertape inspect`, which reads and checks a file as `replay` and `backtest` do, and looks at every bar."""
    bars = 100_000 if run.short else 1_000_000
    papertape = str(Path(sys.executable).with_name("papertape"))
    for program, (name, write) in _FORMS.items():
        path = run.ram / name
        write(path, _rows(bars))
        command = [papertape, "inspect", str(path), "--symbol", "XYZ", "--timezone", "UTC"]
        taken = [_ran(command) for _ in range(1 if run.short else 3)]
        path.unlink()
        cpu, peak = (Spread.of(figures) for figures in zip(*taken, strict=True))
        text = f"{spread(cpu)} s CPU\n{spread(peak)} MiB at its highest"
        figures = {"cpu_seconds": cpu.median, "mebibytes": peak.median}
        run.report.add_plain(f"inspect {bars:,} bars, {program}", OURS, text, **figures)


def _ran(command: Sequence[str]) -> tuple[float, float]:
    """The CPU of a command, and its memory at its highest in MiB; it must succeed."""
    done = subprocess.run([sys.executable, "-c", _MEASURED, *command], stdout=subprocess.PIPE, text=True, check=True)
    cpu, kibibytes = map(float, done.stdout.split())
    return cpu, kibibytes / 1_024


def _plain(path: Path, rows: Iterable[_Row]) -> None:
    lines = (f"{time:%Y-%m-%dT%H:%M:%SZ},{','.join(prices)},1000\n" for time, *prices in rows)
    _write(path, "date,open,high,low,close,volume\n", lines)


def _shuffled(path: Path, rows: Iterable[_Row]) -> None:
    known = list(rows)
    random.Random(1).shuffle(known)
    _plain(path, known)


def _decimal_commas(path: Path, rows: Iterable[_Row]) -> None:
    lines = (f"{time:%d.%m.%Y %H:%M};{';'.join(prices).replace('.', ',')};1.000\n" for time, *prices in rows)
    _write(path, "Date;Open;High;Low;Close;Volume\n", lines)


def _metatrader(path: Path, rows: Iterable[_Row]) -> None:
    titles = "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\n"
    joined = "\t".join
    _write(path, titles, (f"{time:%Y.%m.%d\t%H:%M:%S}\t{joined(prices)}\t7\t1000\t3\n" for time, *prices in rows))


def _json(path: Path, rows: Iterable[_Row]) -> None:
    lines = (
        f'{{"t":"{time:%Y-%m-%dT%H:%M:%SZ}","o":{o},"h":{h},"l":{low},"c":{c},"v":1000}}' for time, o, h, low, c in rows
    )
    path.write_text('{"bars":[' + ",\n".join(lines) + '],"symbol":"XYZ"}')


def _parquet(path: Path, rows: Iterable[_Row]) -> None:
    times, *prices = zip(*rows, strict=True)
    columns = {name: [float(price) for price in column] for name, column in zip(_PRICES, prices, strict=True)}
    parquet.write_table(pa.table({"time": pa.array(times, pa.timestamp("us", "UTC")), **columns}), path)


def _write(path: Path, titles: str, lines: Iterable[str]) -> None:
    with path.open("w") as file:
        file.write(titles)
        file.writelines(lines)


_PRICES = ("open", "high", "low", "close")
_FORMS: Mapping[str, tuple[str, Callable[[Path, Iterable[_Row]], None]]] = {
    "plain CSV": ("plain.csv", _plain),
    "CSV in no order": ("shuffled.csv", _shuffled),
    "decimal commas": ("commas.csv", _decimal_commas),
    "MetaTrader 5": ("metatrader.csv", _metatrader),
    "a document of JSON": ("bars.json", _json),
    "Parquet": ("bars.parquet", _parquet),
}


def _rows(bars: int) -> Iterator[_Row]:
    """A random walk in cents, by minutes."""
    chance, close = random.Random(1), 50_000
    for index in range(bars):
        opened, close = close, close + chance.randint(-20, 20)
        high, low = max(opened, close) + chance.randint(0, 10), min(opened, close) - chance.randint(0, 10)
        first, highest, lowest, last = (f"{price / 100:.2f}" for price in (opened, high, low, close))
        yield _START + timedelta(minutes=index), first, highest, lowest, last
