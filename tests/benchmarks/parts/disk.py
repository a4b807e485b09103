"""What a signal leaves on the disk."""

from pathlib import Path

from tests.benchmarks import desk
from tests.benchmarks.measure import Spread
from tests.benchmarks.parts.signals import CONNECTIONS, HOLDING, SYMBOLS
from tests.benchmarks.report import OURS
from tests.benchmarks.run import Run

FIRST_VERSION_BYTES = 4_700
"""What a signal left before anything was done about it, journal and tables and indexes."""

_SIGNALS = 3_000


async def per_signal(run: Run) -> None:
    """The growth of the file, its log checkpointed, by signals."""
    url = await run.filled.copy(HOLDING, run.ram)
    before = _size(url)
    async with desk.in_child(url, SYMBOLS, CONNECTIONS) as child:
        for _ in range(_SIGNALS // 100):
            await child.sample("signals", 100)
    assert await desk.rows(url, "positions") == _SIGNALS
    grown = (_size(url) - before) / _SIGNALS
    run.report.add_plain("disk per signal", OURS, f"{grown:,.0f} bytes", bytes=grown)
    ratio = Spread.of([grown / FIRST_VERSION_BYTES])
    run.report.add_ratio("disk per signal", f"first version: {FIRST_VERSION_BYTES:,}", ratio, 0.6, 0.3, at_least=False)


def _size(url: str) -> int:
    desk.checkpoint(url)
    return Path(url.partition(":///")[2]).stat().st_size
