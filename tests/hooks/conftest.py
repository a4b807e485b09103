from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.hooks.senders import Clock, HookedDesk, hooked_desk, newcomer


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(module_database_url: str) -> AsyncIterator[HookedDesk]:
    """A desk that the tests of a module share, once on SQLite and once on PostgreSQL."""
    async with hooked_desk(module_database_url) as desk:
        yield desk


@pytest_asyncio.fixture(loop_scope="module")
async def desk(shared: HookedDesk) -> HookedDesk:
    """An account, a symbol and a hook of the test's own on the shared desk."""
    assert isinstance(shared.wall, Clock)
    return await newcomer(shared.client, shared.wall)


@pytest.fixture(autouse=True)
def quick_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever guesses is slowed for less long."""
    monkeypatch.setattr("api.hooks.guard._SLOWED_SECONDS", 0.01)
