"""What waits for the writer is taken together as far as it may be, and joins a group that has waited for its turn."""

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from api.application.pending_command import PendingCommand, PendingRequest
from api.application.waiting_requests import WaitingRequests
from api.codec.commands import CommandEnvelope, CommandKind
from api.errors import Unavailable
from api.replay.retractions import PreparedRetraction
from domain.engine.commands import Command, Disable
from tests.service.desks import running_writer

NOW = datetime(2024, 1, 2, tzinfo=UTC)
SOMEBODY_WAITS = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


def a_request(
    *commands: Command | PreparedRetraction, load: int = 1, future: "asyncio.Future[object] | None" = None
) -> PendingRequest:
    pending = [PendingCommand(CommandEnvelope(None, CommandKind.DISABLE, "{}", NOW), command) for command in commands]
    result = future or asyncio.get_running_loop().create_future()
    alone = any(item.stands_alone for item in pending)
    return PendingRequest(pending, result, load, alone)  # type: ignore[arg-type]


def taken(waiting: WaitingRequests) -> list[list[int]]:
    """The loads of the requests of one group after another."""
    groups: list[list[int]] = []
    while True:
        group: list[PendingRequest] = []
        waiting.join(group)
        if not group:
            return groups
        groups.append([request.load for request in group])


async def test_requests_are_taken_in_their_order_up_to_a_bound() -> None:
    waiting = WaitingRequests()
    for load in (1, 2, 9_996, 5, 6):
        waiting.add(a_request(Disable("a"), load=load))
    assert taken(waiting) == [[1, 2, 9_996, 5], [6]]
    for _ in range(3):
        waiting.add(a_request(*[Disable("a")] * 150, load=150))
    assert taken(waiting) == [[150, 150], [150]]


async def test_who_comes_turn_after_turn_of_the_event_loop_is_waited_for_until_a_group_is_full() -> None:
    waiting = WaitingRequests()

    async def come(number: int) -> None:
        for _ in range(number):
            await asyncio.sleep(0)
            waiting.add(a_request(Disable("a")))

    for number, together in ((0, 1), (5, 6), (300, 200)):
        waiting.add(a_request(Disable("a")))
        coming = asyncio.create_task(come(number))
        await waiting.lull()
        assert [len(group) for group in taken(waiting)] == [together]
        await coming
        taken(waiting)


async def test_what_stands_alone_shares_its_group_with_nobody() -> None:
    waiting = WaitingRequests()
    alone = PreparedRetraction("AAPL", NOW)
    commands: list[Command | PreparedRetraction] = [Disable("a"), alone, alone, Disable("a"), Disable("b")]
    for number, command in enumerate(commands, start=1):
        waiting.add(a_request(command, load=number))
    group: list[PendingRequest] = []
    waiting.join(group)
    waiting.join(group)
    assert [request.load for request in group] == [1]
    assert taken(waiting) == [[2], [3], [4, 5]]


async def test_there_is_room_for_so_many_commands_and_so_much_work() -> None:
    waiting = WaitingRequests()
    waiting.add(a_request(*[Disable("a")] * 5_000, load=5_000))
    with pytest.raises(Unavailable, match="more is waiting already than the desk can hold"):
        waiting.add(a_request(Disable("a")))
    assert taken(waiting) == [[5_000]]
    waiting.add(a_request(Disable("a"), load=100_000))
    with pytest.raises(Unavailable, match="more is waiting already than the desk can hold"):
        waiting.add(a_request(Disable("a")))


async def test_it_is_over_once_it_is_closed_and_empty() -> None:
    waiting = WaitingRequests()
    waiting.add(a_request(Disable("a")))
    arrival = asyncio.create_task(waiting.arrival(None))
    await arrival
    waiting.close()
    assert not waiting.is_over
    assert taken(waiting) == [[1]]
    await waiting.arrival(None)
    assert waiting.is_over


async def test_all_who_wait_are_turned_away_with_the_reason() -> None:
    waiting = WaitingRequests()
    futures = [asyncio.get_running_loop().create_future() for _ in range(2)]
    for future in futures:
        waiting.add(a_request(Disable("a"), future=future))
    waiting.turn_away(Unavailable("the disk is full"))
    assert [str(future.exception()) for future in futures] == ["the disk is full", "the disk is full"]
    assert taken(waiting) == []


async def test_who_comes_while_another_process_writes_joins_the_group_that_waits_for_its_turn(
    postgres_url: str,
) -> None:
    dsn = make_url(postgres_url).set(drivername="postgresql").render_as_string(hide_password=False)
    program, onlooker = await asyncpg.connect(dsn), await asyncpg.connect(dsn)
    async with asyncio.timeout(30), running_writer(postgres_url) as desk, running_writer(postgres_url) as other:
        await desk.trader("a").enable()
        held = program.transaction()
        await held.start()
        await program.execute("SELECT FROM desk FOR UPDATE")
        commands = [asyncio.create_task(other.trader("b").enable())]
        await waiting_sessions(onlooker, 1)
        commands.append(asyncio.create_task(desk.trader("a").disable()))
        await waiting_sessions(onlooker, 2)
        commands += [asyncio.create_task(desk.trader(name).enable()) for name in "cde"]
        await asyncio.sleep(0)
        await held.commit()
        await asyncio.gather(*commands)
        assert await program.fetchval("SELECT groups FROM desk") == 3
        assert await program.fetch("SELECT name, enabled FROM accounts ORDER BY name") == [
            ("a", False),
            *((name, True) for name in "bcde"),
        ]
    await program.close()
    await onlooker.close()


async def waiting_sessions(program: asyncpg.Connection, number: int) -> None:
    """Return once so many sessions of the database wait for a lock."""
    while await program.fetchval(SOMEBODY_WAITS) < number:
        pass
