"""How costs grow: with positions, accounts, symbols, and the journal; a batch of bars and 64 signals at once."""

from tests.benchmarks import desk
from tests.benchmarks.desk import Holding
from tests.benchmarks.measure import Sample, Series
from tests.benchmarks.parts.start import await_ready
from tests.benchmarks.run import Run

_SIGNALS = 64
_BARS, _SIGNAL, _START = "500 bars of 500 symbols", "signal, 64 at once", "serve to /readyz"


async def positions(run: Run) -> None:
    """From 1 to 100 000, on 1 and on 100 accounts, on 50 and on 500 symbols."""
    for symbols in (50, 500):
        for holders in (1, 100):
            for number in (1, 1_000, 10_000) if run.short else (1, 100, 1_000, 10_000):
                if number >= holders:
                    await _measure_positions(run, number, holders, symbols)
    if run.short:
        run.report.note("--short leaves out growth to 100,000 positions, and takes each figure of growth once")
        return
    run.report.note("growth to 100,000 positions is measured for 1 account with 50 symbols, and for 100 with 500")
    for holders, symbols in ((1, 50), (100, 500)):
        await _measure_positions(run, 100_000, holders, symbols)


async def _measure_positions(run: Run, number: int, holders: int, symbols: int) -> None:
    size = f"{number:,} positions on {holders:,} accounts, {symbols} symbols"
    await _measure(run, size, Holding.evenly(number, holders, symbols))


async def accounts(run: Run) -> None:
    """From 1 to 10 000, each with one position."""
    for number in (1, 100, 1_000, 10_000):
        await _measure(run, f"{number:,} accounts with a position each", Holding.evenly(number, number, 50))


async def _measure(run: Run, size: str, held: Holding) -> None:
    async with desk.filled_once(held, run.ram) as url, desk.in_child(url, 500, len(held.accounts)) as child:
        for work, task, amount in ((_BARS, "bars", 1), (_SIGNAL, "signals", _SIGNALS)):
            await child.sample(task, amount)
            samples = [await child.sample(task, amount) for _ in range(1 if run.short else 3)]
            run.report.add_growth(work, size, Series(samples))


async def journal(run: Run) -> None:
    """From 10 000 to a million entries, of signals that were refused: the start, and 64 signals."""
    for entries in (10_000, 100_000) if run.short else (10_000, 100_000, 1_000_000):
        await _measure_journal(run, entries)
    if run.short:
        run.report.note("--short leaves out growth to a million entries of the journal")


async def _measure_journal(run: Run, entries: int) -> None:
    size = f"{entries:,} entries in the journal"
    async with desk.filled_once(Holding.evenly(0, 1, 50, refused=entries), run.ram) as url:
        with desk.serving(url, run.ram) as server:
            await_ready(server)
            run.report.add_growth(_START, size, Series([Sample(1, server.cpu, server.cpu)]))
        async with desk.in_child(url, 50, 1) as child:
            await child.sample("signals", _SIGNALS)
            samples = [await child.sample("signals", _SIGNALS) for _ in range(1 if run.short else 3)]
            run.report.add_growth(_SIGNAL, size, Series(samples))
