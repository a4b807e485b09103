"""Signals that are sent together, a hundred in a request, beside the usual pick's, which come one by one."""

import uuid
from collections.abc import Iterator
from contextlib import ExitStack

from tests.benchmarks import desk
from tests.benchmarks.client import post
from tests.benchmarks.measure import quotients
from tests.benchmarks.parts.signals import (
    CONNECTIONS,
    HOLDING,
    Sender,
    as_graphql,
    fill_usual,
    sampled,
    send_to_yardstick,
    signal,
)
from tests.benchmarks.report import OURS, USUAL
from tests.benchmarks.run import Run

_TOGETHER = 100
_CONNECTIONS = 2


class TogetherSender(Sender):
    """Sends a hundred signals in a request."""

    def requests(self, account: str, most: int = 1 << 62) -> Iterator[bytes]:
        """Requests with signals of all accounts in turn, whichever is asked for, without end or so many."""
        for number in range(most):
            signals = [signal(desk.account(index % CONNECTIONS), number + index) for index in range(_TOGETHER)]
            yield post("/graphql", desk.graphql(desk.SIGNALS, {"input": {"signals": signals}}))

    def executions(self, answer: bytes) -> list[dict[str, str]]:
        """What an answer tells of signals."""
        return desk.all_executed(answer)


async def on_disk(run: Run) -> None:
    """On a disk, with synchronous=FULL."""
    work = f"executeSignals of {_TOGETHER} over HTTP, {_CONNECTIONS} connections, disk"
    usual = f"sqlite+aiosqlite:///{run.disk}/usual-{uuid.uuid4().hex}.sqlite3"
    await fill_usual(usual)
    with ExitStack() as stack:
        url = await run.filled.copy(HOLDING, run.disk)
        server = stack.enter_context(desk.serving(url, run.disk))
        senders = {
            OURS: TogetherSender(server, url, _CONNECTIONS, as_graphql, desk.executed),
            USUAL: send_to_yardstick(stack, "usual_pick", usual, run.disk, CONNECTIONS),
        }
        series = await sampled(run, senders)
    for name, taken in series.items():
        run.report.add(work, name, taken)
    ratio = quotients(series[OURS].rates, series[USUAL].rates)
    run.report.add_ratio(work, "usual pick's rate", ratio, 40, 60, at_least=True)
