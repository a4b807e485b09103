"""A desk in a process of its own, which is told how many bars and signals to take: the writer, without HTTP."""

import asyncio
import logging
import sys

import structlog

from api.garbage import collect_seldom
from tests.benchmarks import desk
from tests.benchmarks.desk import Desk, desk_on
from tests.benchmarks.measure import Sample
from tests.benchmarks.processes import obey, timed
from tests.service.desks import sent_of


async def main(url: str, symbols: int, accounts: int, leaving: int) -> None:
    """Do what the parent asks for. In each batch, `leaving` positions must reach their target."""
    async with desk_on(url) as running:
        collect_seldom()  # as a server does

        async def bars(batches: int) -> Sample:
            commands = [running.bars(symbols) for _ in range(batches)]
            sent = [sent_of(command) for command in commands]
            fills = []
            async with timed(batches) as samples:
                for command, text in zip(commands, sent, strict=True):
                    payload = await running.carry_out(command, text)
                    fills.append(payload.result.ingested)
            assert all(ingested is not None and ingested.applied == symbols for ingested in fills)
            assert [ingested.fills for ingested in fills if ingested is not None] == [leaving] * batches
            return samples[0]

        async def signals(number: int) -> Sample:
            return await _signals(running, number, accounts, symbols)

        await obey({"bars": bars, "signals": signals})


async def _signals(running: Desk, number: int, accounts: int, symbols: int) -> Sample:
    commands = [running.signal(desk.account(index % accounts), desk.symbol(index % symbols)) for index in range(number)]
    async with timed(number) as samples:
        await running.send(*commands)
    return samples[0]


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    asyncio.run(main(sys.argv[1], *map(int, sys.argv[2:])))
