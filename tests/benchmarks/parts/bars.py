"""500 bars of 500 symbols through the writer, durable, where 20 positions leave: by positions, accounts, limits."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from functools import partial

from tests.benchmarks import desk
from tests.benchmarks.desk import EXITS, Holding
from tests.benchmarks.measure import Sample, interleaved, quotients
from tests.benchmarks.processes import Child, child
from tests.benchmarks.report import OURS, USUAL
from tests.benchmarks.run import Run
from tests.benchmarks.yardsticks.models import fill_tables

SYMBOLS = 500
_ORM = "ORM update"
_PLAIN = "10,000 positions on 100 accounts"
_FEW = "1,000 positions on 100 accounts"
_ACCOUNTS = "10,000 positions on 10,000 accounts"
_LIMITS = "10,000 positions on 100 accounts with a daily-loss limit"


def batches_in(run: Run) -> int:
    """How many batches make a sample."""
    return 1 if run.short else 4


def holding(run: Run, positions: int, accounts: int, *, daily_loss: bool = False) -> Holding:
    """Accounts that are half invested, with enough positions that leave for every batch."""
    leaving = EXITS * batches_in(run) * (run.rounds + 1)
    return Holding.evenly(positions, accounts, SYMBOLS, leaving=leaving, invested=True, daily_loss=daily_loss)


def many(run: Run) -> Holding:
    """100 000 positions; to open them takes minutes, so that a short run has a fifth of them."""
    if run.short:
        run.report.note("--short measures 20,000 open positions where a whole run measures 100,000")
    return holding(run, 20_000 if run.short else 100_000, 100)


async def batches(run: Run) -> None:
    """Each holding in a process of its own, in turns."""
    very_many = many(run)
    most = f"{very_many.positions:,} positions on 100 accounts"
    holdings = {
        _PLAIN: holding(run, 10_000, 100),
        _FEW: holding(run, 1_000, 100),
        most: very_many,
        _ACCOUNTS: holding(run, 10_000, 10_000),
        _LIMITS: holding(run, 10_000, 100, daily_loss=True),
    }
    async with AsyncExitStack() as stack:
        contenders: dict[str, Callable[[], Awaitable[Sample]]] = {}
        copies = await asyncio.gather(*(run.filled.copy(held, run.ram) for held in holdings.values()))
        urls = dict(zip(holdings, copies, strict=True))
        for name, held in holdings.items():
            running = desk.in_child(urls[name], SYMBOLS, len(held.accounts), EXITS)
            contenders[name] = partial((await stack.enter_async_context(running)).sample, "bars", batches_in(run))
        updating = await stack.enter_async_context(await _orm_update(run, holdings[_PLAIN]))
        contenders[_ORM] = partial(updating.sample, "bars", batches_in(run))
        series = await interleaved(contenders, run.rounds)
    for url in urls.values():
        assert await desk.rows(url, "bars") == SYMBOLS * (1 + batches_in(run) * (run.rounds + 1))
    work = "500 bars of 500 symbols"
    for name in holdings:
        run.report.add(f"{work}, {name}", OURS, series[name], rate=False)
    run.report.add(f"{work}, {_PLAIN}", USUAL, series[_ORM], rate=False)
    for name, against, reach, beyond in (
        (_PLAIN, _ORM, 1 / 40, 1 / 150),
        (most, _FEW, 1.5, 1.2),
        (_ACCOUNTS, _PLAIN, 2, 1.2),
        (_LIMITS, _PLAIN, 6, 3),
    ):
        ratio = quotients(series[name].cpus, series[against].cpus)
        run.report.add_ratio(f"{work}, {name}, CPU", against, ratio, reach, beyond, at_least=False)


async def _orm_update(run: Run, held: Holding) -> AbstractAsyncContextManager[Child]:
    url = f"sqlite+aiosqlite:///{run.ram}/orm.sqlite3"
    symbols = [desk.symbol(index) for index in range(SYMBOLS)]
    await fill_tables(url, held.accounts, symbols, desk.PRICE)
    return child("yardsticks.orm_update", url, ",".join(symbols))
