"""What a server costs around GraphQL: a request that asks for nothing, and how long a healthy client waits beside those
that ask for much."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from itertools import repeat
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.attacks.documents import ATTACKS
from tests.attacks.harness import Attack, Done, Target, a_target, measured
from tests.benchmarks import desk
from tests.benchmarks.client import connections, load, post
from tests.benchmarks.desk import Holding
from tests.benchmarks.measure import Sample, Spread, interleaved, quotients
from tests.benchmarks.processes import Served, yardstick
from tests.benchmarks.report import OURS, USUAL
from tests.benchmarks.run import Run

_ASKING = 4
_HOLDING = Holding.evenly(0, 1, 1)
_TYPENAME = b'{"data":{"__typename":"Query"}}'
_ROUTE = "bare Starlette route"


async def typename(run: Run) -> None:
    """`{ __typename }` over four connections, beside a route that answers the same without GraphQL."""
    url = await run.filled.copy(_HOLDING, run.ram)
    with desk.serving(url, run.ram) as ours, yardstick("bare_starlette", "", run.ram) as bare:
        series = await interleaved({OURS: _asking(ours, run.seconds), USUAL: _asking(bare, run.seconds)}, run.rounds)
    work = "{ __typename } over HTTP"
    run.report.add(work, OURS, series[OURS])
    run.report.add(f"{work}: {_ROUTE}", USUAL, series[USUAL])
    ratio = quotients(series[OURS].cpus, series[USUAL].cpus)
    run.report.add_ratio(f"{work}, CPU", _ROUTE, ratio, 2, 1.3, at_least=False)


def _asking(server: Served, seconds: float) -> Callable[[], Awaitable[Sample]]:
    request = post("/graphql", desk.graphql("{ __typename }", {}))

    async def ask() -> Sample:
        async with connections(server.port, _ASKING) as clients:
            before = server.cpu
            answers, taken = await load(clients, [repeat(request)] * _ASKING, seconds)
            sample = Sample(len(answers), taken, server.cpu - before)
        assert set(answers) == {_TYPENAME}
        return sample

    return ask


async def healthy(run: Run) -> None:
    """A healthy client's waits beside each hostile document, and each of the largest requests that are legitimate."""
    waits: dict[str, list[float]] = {"refused": [], "allowed": []}
    for _ in range(run.rounds):
        worst = await asyncio.to_thread(_worst_waits, run)
        for kind, (seconds, name) in worst.items():
            waits[kind].append(1_000 * seconds)
            run.report.note(f"p99 of a healthy client, {kind}: {1_000 * seconds:.0f} ms beside {name}")
    for kind, beside in (("refused", "a hostile document"), ("allowed", "a largest legitimate request")):
        run.report.add_ratio(
            f"a healthy client's wait, p99 beside {beside}", "the worst of them", Spread.of(waits[kind]), 250, 50,
            at_least=False, unit="ms",
        )  # fmt: skip


def _worst_waits(run: Run) -> Mapping[str, tuple[float, str]]:
    """By kind of request, the longest p99 and beside what it was."""
    worst = {"refused": (0.0, ""), "allowed": (0.0, "")}
    with TemporaryDirectory(dir=run.ram) as folder, a_target(Path(folder), short=True) as target:
        for name, attack in ATTACKS.items():
            row = measured(name, Attack(partial(_repeated, attack, run.seconds), attack.prepare), target)
            assert row.waits is not None, f"a healthy client got no answer beside {name}"
            kind = name.partition(":")[0]
            worst[kind] = max(worst[kind], (row.waits.p99, name))
    return worst


def _repeated(attack: Attack, seconds: float, target: Target) -> Done:
    """An attack over and over for so long; what it was answered the last time."""
    number, deadline = 0, time.monotonic() + seconds
    while True:
        done = attack.run(target)
        assert isinstance(done, Done)
        number += done.number
        if time.monotonic() > deadline:
            return Done(number, done.answer)
