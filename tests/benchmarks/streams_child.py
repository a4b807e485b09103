"""A desk in a process of its own, whose events go to a thousand subscribers."""

import asyncio
import logging
import sys
from collections.abc import Callable

import structlog

from api.authorization.principal import OPERATOR
from api.graphql.context import Context
from api.graphql.execution.requests import OperationRequest
from api.graphql.schema import make_operations
from tests.benchmarks.desk import Desk, account, desk_on, symbol
from tests.benchmarks.measure import Sample
from tests.benchmarks.processes import obey, timed
from tests.processes import until

SUBSCRIBERS = 1_000
_EVENTS = (
    'subscription { positionEvents(account: "bench-0") { cursor kind position { id symbol lastPrice openRisk } } }'
)


async def main(url: str) -> None:
    """Do what the parent asks for: events that are executed for each subscriber, or once for all."""
    async with desk_on(url) as running:
        await obey(
            {
                "alone": lambda events: _delivered(running, events, lambda number: f"{_EVENTS} # {number}"),
                "shared": lambda events: _delivered(running, events, lambda _: _EVENTS),
            }
        )


async def _delivered(running: Desk, events: int, query: Callable[[int], str]) -> Sample:
    """Deliveries of events that all subscribers get."""
    operations = make_operations()
    context = Context(running.services, OPERATOR)
    requests = [operations.prepare(OperationRequest(query(number), {}, None)) for number in range(SUBSCRIBERS)]
    streams = [await operations.subscribe(request, context) for request in requests]

    async def receive(number: int) -> None:
        for _ in range(events):
            await anext(streams[number])

    receivers = [asyncio.create_task(receive(number)) for number in range(SUBSCRIBERS)]
    # A subscriber is there once it has been counted; nobody is told when.
    await until(lambda: len(running.services.streams) == SUBSCRIBERS)
    async with timed(SUBSCRIBERS * events) as samples:
        await running.send(*(running.signal(account(0), symbol(0)) for _ in range(events)))
        await asyncio.gather(*receivers)
    for stream in streams:
        await stream.aclose()
    return samples[0]


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    asyncio.run(main(sys.argv[1]))
