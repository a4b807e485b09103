from collections.abc import AsyncIterator

import pytest_asyncio

from tests.api.desk import Client, Trader, desk_on, newcomer


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(module_database_url: str) -> AsyncIterator[Client]:
    """A client of a desk that the tests of a module share, once on SQLite and once on PostgreSQL."""
    async with desk_on(module_database_url) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def trader(client: Client) -> Trader:
    """An enabled account of the test's own on the shared desk."""
    return await newcomer(client)
