"""Two workers on one PostgreSQL database beside one: what 24 clients of theirs write."""

from collections.abc import Awaitable, Callable
from contextlib import ExitStack

from tests.benchmarks import desk
from tests.benchmarks.measure import Sample, interleaved, quotients
from tests.benchmarks.parts.signals import HOLDING, Sender, send_to_desk
from tests.benchmarks.report import OURS
from tests.benchmarks.run import Run

_CLIENTS = 24


async def two_workers(run: Run) -> None:
    """Each server has a database of its own."""
    if run.postgres is None:
        run.report.note("left out, for want of PostgreSQL: two workers beside one")
        return
    work = "executeSignal over HTTP, 24 connections, PostgreSQL"
    with ExitStack() as stack:
        senders = {}
        for workers in (1, 2):
            url = desk.postgres_url(await run.postgres.create_async())
            await desk.fill(url, HOLDING)
            senders[f"{workers}"] = send_to_desk(stack, url, run.ram, _CLIENTS, workers)
        series = await interleaved({name: _timed(sender, run.seconds) for name, sender in senders.items()}, run.rounds)
        for sender in senders.values():
            await sender.check_durable()
    for name, label in (("1", "one worker"), ("2", "two workers")):
        run.report.add(f"{work}, {label}", OURS, series[name])
    ratio = quotients(series["2"].rates, series["1"].rates)
    run.report.add_ratio("two workers' writes, PostgreSQL, 24 clients", "one worker's", ratio, 0.9, 1.2, at_least=True)


def _timed(sender: Sender, seconds: float) -> Callable[[], Awaitable[Sample]]:
    return lambda: sender.sample(seconds)
