"""Plain calls to a database from the event loop: streamed in pieces, done to their end, one hop for a transaction."""

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, delete, select, update

from api.database_url import database_url as url_of
from api.persistence import tables
from api.persistence.carriers import Carrier
from api.persistence.database import Database
from api.persistence.database_errors import DatabaseFailure
from api.persistence.desk_row import lock, newest
from api.persistence.plain_transaction import PlainTransaction
from tests.builders import a_signal
from tests.databases import make_file
from tests.service.desks import running_writer

MANY = 5_000
IN_MEMORY = 1_000


class Answers:
    """Answers without end of sight, which know how many were given and whether anybody wants more."""

    def __init__(self) -> None:
        self.given = 0
        self.has_ended = False

    def __call__(self, connection: Connection) -> Iterator[int]:
        try:
            for number in range(MANY):
                self.given += 1
                yield connection.execute(select(tables.desk.c.ordinal)).scalar_one() + number
        finally:
            self.has_ended = True


async def test_a_stream_is_fetched_as_it_is_taken_and_ends_where_nobody_takes_more(database_url: str) -> None:
    make_file(database_url)
    answers, taken = Answers(), 0
    async with Database.for_reading(url_of(database_url)) as database, database.transaction() as transaction:
        stream = transaction.stream(answers)
        async for number in stream:
            assert number == taken
            taken += 1
            assert taken <= answers.given < taken + IN_MEMORY
            if taken == MANY // 2:
                break
        await stream.aclose()  # type: ignore[attr-defined]
        assert answers.has_ended
        assert await transaction.ask(newest) == 0


async def test_a_write_whose_caller_goes_away_is_done_to_its_end(sqlite_url: str) -> None:
    make_file(sqlite_url)
    has_begun, may_end = threading.Event(), threading.Event()

    def write(transaction: PlainTransaction) -> None:
        transaction.ask(lock)
        has_begun.set()
        may_end.wait()
        transaction.ask(lambda connection: connection.execute(update(tables.desk).values(ordinal=7)))
        transaction.commit()

    async with Database.for_writing(url_of(sqlite_url)) as database:
        writing = asyncio.create_task(database.write(write))
        await asyncio.to_thread(has_begun.wait)
        writing.cancel()
        await asyncio.sleep(0)
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await writing
        async with database.transaction() as transaction:
            assert await transaction.ask(newest) == 7


async def test_a_group_of_commands_is_one_change_of_threads(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running_writer(sqlite_url) as desk:
        trader = desk.trader()
        await trader.enable()
        carrier: Carrier = desk.writer._committer._database._carrier
        carry, hops = carrier.carry, 0

        async def counted(work: Callable[[], object]) -> object:
            nonlocal hops
            hops += 1
            return await carry(work)

        monkeypatch.setattr(carrier, "carry", counted)
        await asyncio.gather(*(trader.send(a_signal(quantity="1"), number) for number in range(1, 11)))
        assert hops == 1


async def test_a_database_that_is_closed_answers_at_once_that_it_is(sqlite_url: str) -> None:
    make_file(sqlite_url)
    async with Database.for_writing(url_of(sqlite_url)) as database:
        assert await database.write(lambda transaction: transaction.ask(newest)) == 0
    with pytest.raises(RuntimeError, match=r"^the database is closed$"):
        await database.write(lambda transaction: transaction.ask(newest))


async def test_a_database_without_its_desk_is_a_failure_of_the_database(database_url: str) -> None:
    make_file(database_url)
    async with Database.for_writing(url_of(database_url)) as database:
        await database.write(lambda transaction: transaction.ask(_without_desk))
        with pytest.raises(DatabaseFailure, match=r"^the database has no desk$"):
            await database.write(lambda transaction: transaction.ask(lock))


def _without_desk(connection: Connection) -> None:
    connection.execute(delete(tables.desk))
    connection.commit()
