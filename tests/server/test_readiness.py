"""A readiness request costs one look at the database, and concurrent requests share it."""

import asyncio
from collections.abc import Mapping

from api.server.app import SharedReadiness


async def test_concurrent_requests_share_one_look_at_the_database() -> None:
    looks: list[asyncio.Future[Mapping[str, bool]]] = []

    def look() -> asyncio.Future[Mapping[str, bool]]:
        looks.append(asyncio.get_running_loop().create_future())
        return looks[-1]

    shared = SharedReadiness(look)
    asking = [asyncio.create_task(shared()) for _ in range(50)]
    await asyncio.sleep(0)
    asking[0].cancel()
    looks[0].set_result({"writer": True})
    assert await asyncio.gather(*asking[1:]) == [{"writer": True}] * 49
    later = asyncio.create_task(shared())
    await asyncio.sleep(0)
    looks[1].set_result({"writer": False})
    assert await later == {"writer": False}
    assert len(looks) == 2
