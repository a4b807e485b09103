"""A server whose wall clock is wrong says so: in its log, in /readyz and as a metric."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from api.clock import wall_clock
from tests.api.desk import Client, desk_on

HOUR = timedelta(hours=1)


@dataclass(slots=True)
class Wall:
    """The wall clock, which can be wrong by some time."""

    wrong_by: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return wall_clock() + self.wrong_by


@contextmanager
def warnings() -> Iterator[list[str]]:
    """What the log says of the wall clock."""
    messages: list[str] = []
    with capture_logs() as logs:
        yield messages
    messages += [log["event"] for log in logs if "wall clock" in log["event"]]


async def is_right(client: Client) -> bool:
    """What /readyz says of the clock; a server whose clock is wrong is not ready."""
    response = await client.http.get("/readyz")
    clock_is_right: bool = response.json()["clock"]
    assert clock_is_right or response.status_code == 503
    return clock_is_right


async def skew(client: Client) -> float:
    """The hours that the metric shows."""
    exposition = (await client.http.get("/metrics")).text
    [line] = [line for line in exposition.splitlines() if line.startswith("papertape_clock_skew_seconds")]
    return round(float(line.split()[1]) / HOUR.total_seconds(), 2)


@pytest.mark.parametrize("hours", [-1, 1], ids=["behind", "ahead"])
async def test_a_wall_clock_that_is_not_the_databases_is_wrong_until_it_is(postgres_url: str, hours: int) -> None:
    wall = Wall(hours * HOUR)
    with warnings() as messages:
        async with desk_on(postgres_url, wall=wall) as client:
            for _ in range(2):
                assert not await is_right(client)
            assert await skew(client) == hours
            wall.wrong_by = timedelta(0)
            assert await is_right(client)
            assert await skew(client) == 0
    assert messages == ["the wall clock is wrong", "the wall clock is right again"]


async def test_a_wall_clock_behind_the_newest_record_is_wrong_until_it_has_caught_up(database_url: str) -> None:
    wall = Wall()
    async with desk_on(database_url, wall=wall) as client:
        wall.wrong_by = 2 * HOUR
        await client.do("enable")
        wall.wrong_by = timedelta(0)
        with warnings() as messages:
            assert not await is_right(client)
            assert await skew(client) == -2
            await client.do("enable", account="second")
            assert await is_right(client)
    assert messages == ["the wall clock is wrong", "the wall clock is right again"]


async def test_a_skew_of_a_few_seconds_is_no_fault(postgres_url: str) -> None:
    async with desk_on(postgres_url, wall=Wall(timedelta(seconds=2))) as client:
        assert await is_right(client)
