"""Bars and quotes of a Kafka topic, each record a line.

pip install aiokafka && python kafka_topic.py | papertape feed json
"""

import asyncio

from aiokafka import AIOKafkaConsumer


async def follow() -> None:
    """Print what comes."""
    async with AIOKafkaConsumer("market", bootstrap_servers="127.0.0.1:9092") as records:
        async for record in records:
            print(record.value.decode(), flush=True)  # noqa: T201


asyncio.run(follow())
