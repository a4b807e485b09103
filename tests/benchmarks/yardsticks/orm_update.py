"""ORM update: a batch of bars loads every position in their symbols, values it at the close, and commits."""

import asyncio
import sys
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker

from tests.benchmarks.measure import Sample
from tests.benchmarks.processes import obey, timed
from tests.benchmarks.yardsticks.models import Position, open_engine


async def main(url: str, symbols: list[str]) -> None:
    """Do what the parent asks for."""
    engine = open_engine(url, writes=True)
    sessions = async_sessionmaker(engine)
    batch = 0

    async def bars(batches: int) -> Sample:
        nonlocal batch
        async with timed(batches) as samples:
            for _ in range(batches):
                batch += 1
                closes = {name: Decimal(1_000 + (index + batch) % 7 - 3) / 10 for index, name in enumerate(symbols)}
                async with sessions.begin() as session:
                    for position in await session.scalars(select(Position).where(Position.symbol.in_(symbols))):
                        position.worth = position.open_quantity * closes[position.symbol]
        async with sessions() as session:
            held = await session.execute(select(Position.symbol, Position.worth))
        assert all(worth == closes[symbol] for symbol, worth in held)
        return samples[0]

    await obey({"bars": bars})
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2].split(",")))
