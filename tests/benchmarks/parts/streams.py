"""Events to a thousand subscribers, who ask the same, or each something of their own; and the time `verify` takes."""

import sys
from functools import partial
from pathlib import Path

from tests.benchmarks.desk import Holding
from tests.benchmarks.measure import Sample, Series, interleaved
from tests.benchmarks.parts.commands import ran
from tests.benchmarks.processes import child
from tests.benchmarks.report import OURS
from tests.benchmarks.run import Run

_HELD = Holding.evenly(2_000, 100, 50)


async def fan_out(run: Run) -> None:
    """Deliveries: each executed alone, and executed once for all."""
    url = await run.filled.copy(_HELD, run.ram)
    async with child("streams_child", url) as running:
        contenders = {"alone": partial(running.sample, "alone", 4), "shared": partial(running.sample, "shared", 40)}
        series = await interleaved(contenders, run.rounds)
    run.report.add("events to 1,000 subscribers, each executed alone", OURS, series["alone"])
    run.report.add("events to 1,000 subscribers, executed once", OURS, series["shared"])


async def verify(run: Run) -> None:
    """`papertape verify`, by positions opened."""
    url = await run.filled.copy(_HELD, run.ram)
    papertape = str(Path(sys.executable).with_name("papertape"))
    samples = [ran([papertape, "verify", "--database-url", url]) for _ in range(run.rounds)]
    taken = Series([Sample(_HELD.positions, sample.seconds, sample.cpu) for sample in samples])
    run.report.add("papertape verify, a position", OURS, taken)
