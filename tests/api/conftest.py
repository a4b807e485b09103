from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from api.graphql.compiled import operation
from tests.api.desk import Client, Trader, desk_on, newcomer


@pytest.fixture(scope="session", autouse=True)
def compiled_at_once() -> Iterator[None]:
    """Operations are compiled when they come for the first time, for most come only once here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operation, "COMPILED_AT", 1)
        yield


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(module_database_url: str) -> AsyncIterator[Client]:
    """A client of a desk that the tests of a module share, once on SQLite and once on PostgreSQL."""
    async with desk_on(module_database_url) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def trader(client: Client) -> Trader:
    """An enabled account of the test's own on the shared desk."""
    return await newcomer(client)
