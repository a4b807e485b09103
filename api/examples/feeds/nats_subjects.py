"""Bars and quotes that another program publishes on NATS, each message a line.

pip install nats-py && python nats_subjects.py | papertape feed json
"""

import asyncio

import nats


async def follow() -> None:
    """Print what comes."""
    client = await nats.connect("nats://127.0.0.1:4222")
    async for message in (await client.subscribe("market.>")).messages:
        print(message.data.decode(), flush=True)  # noqa: T201


asyncio.run(follow())
