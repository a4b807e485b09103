"""The one place where the parts of the desk are put together."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial

import structlog

from api.application.clock_watch import ClockWatch
from api.application.dispatcher import Dispatcher
from api.application.metrics import Metrics
from api.application.read_model import Reader
from api.application.services import Services
from api.application.write_health import IDLE_SECONDS, WriteHealth
from api.application.writer import Writer
from api.authorization.principal import OPERATOR
from api.clock import WallClock, wall_clock
from api.errors import Unavailable
from api.graphql.context import Context
from api.graphql.schema import make_operations
from api.graphql.transport.http import GraphQLApp
from api.persistence.database import Database
from api.persistence.database_errors import DatabaseFailure, translated
from api.persistence.database_file import require_usable
from api.persistence.engines import PATIENCE_SECONDS, database_file
from api.persistence.file_lock import held
from api.persistence.live_state import LiveState
from api.persistence.migrations import MigrationsPending, migrate, require_current
from api.persistence.postgres import require_sessions, warn_of_unsafe_settings
from api.persistence.write_ahead_log import begin_run, require_own_log
from api.replay.retractions import Retractions
from api.server.app import make_app
from api.server.auth import is_authorized
from api.server.running_desk import RunningDesk
from api.settings import ServerSettings
from api.streams.hub import Hub
from api.streams.service import Streams
from api.streams.tail import Tail
from api.streams.wakeup import Wakeup
from api.web.pages import graphiql

_log = structlog.get_logger(__name__)

_STREAM_PATIENCE_SECONDS = 5
_READINESS_SECONDS = 3


@contextmanager
def hold_database(settings: ServerSettings) -> Iterator[None]:
    """Keep an embedded database to this process.

    Raises AlreadyHeld, DatabaseFailure, and UnusableDatabase for a file that is no desk's or has the log of another
    beside it.
    """
    if not settings.database.is_embedded:
        yield
        return
    path = settings.database.file
    with translated():
        require_usable(path)
    with held(path.resolve()):
        with translated():
            require_own_log(path)
        yield


@asynccontextmanager
async def running_desk(settings: ServerSettings, wall: WallClock = wall_clock) -> AsyncIterator[RunningDesk]:
    """A desk that runs for as long as the context lasts.

    Raises MigrationsPending for a PostgreSQL database that must be migrated first, and SharedSessions for one behind a
    pooler of transactions; an embedded one migrates itself.
    """
    async with AsyncExitStack() as stack:
        databases = await _open_databases(stack, settings)
        await _prepare_database(settings, databases)
        wakeup = Wakeup(settings.broadcast_url)
        hub, metrics = Hub(), Metrics()
        live = await LiveState.read(databases.following, is_alone=settings.database.is_embedded)
        tail = Tail(databases.following, live, hub, wakeup, wall)
        health = WriteHealth(databases.writing, idle_seconds=IDLE_SECONDS)
        writer = Writer(
            databases.writing,
            clock=settings.clock,
            live=live,
            wall=wall,
            announce=wakeup.announce,
            metrics=metrics,
            health=health,
        )
        await health.probe()
        stack.callback(_log_head, tail, writer)
        clock = ClockWatch(databases.following, wall)
        await _start(stack, wakeup, tail, writer, clock)
        streams = Streams(databases.reading, live, hub, tail)
        _set_gauges(metrics, tail, hub, streams, wakeup, health, clock)
        retractions = Retractions(databases.reading)
        reader = Reader(databases.reading, live)
        dispatcher = Dispatcher(writer, reader, retractions.prepared)
        services = Services(dispatcher, reader, streams, wall, settings.clock)
        graphql = _graphql_app(services, settings)
        readiness = partial(_readiness, databases.following, tail, writer, health, clock)
        yield RunningDesk(services, graphql, make_app(settings, graphql, readiness, metrics))


def _graphql_app(services: Services, settings: ServerSettings) -> GraphQLApp:
    return GraphQLApp(
        make_operations(settings.execution),
        context=lambda _: Context(services, OPERATOR),
        ide=graphiql,
        authorize=partial(is_authorized, settings.secret),
    )


async def _start(stack: AsyncExitStack, *parts: Wakeup | Tail | Writer | ClockWatch) -> None:
    """Start parts in their order, and close them in the opposite one when the stack is closed."""
    for part in parts:
        await part.start()
        stack.push_async_callback(part.close)


@dataclass(frozen=True, slots=True)
class _Databases:
    """The database, opened thrice; streams have connections of their own, so as not to wait for one behind queries."""

    writing: Database
    reading: Database
    following: Database


async def _open_databases(stack: AsyncExitStack, settings: ServerSettings) -> _Databases:
    url, file = settings.database, database_file(settings.database)
    databases = _Databases(
        writing=Database.for_writing(url, patience=PATIENCE_SECONDS, file=file, serves=True),
        reading=Database.for_reading(url, patience=PATIENCE_SECONDS, file=file),
        following=Database.for_reading(url, patience=_STREAM_PATIENCE_SECONDS, file=file),
    )
    for database in (databases.writing, databases.reading, databases.following):
        await stack.enter_async_context(database)
    return databases


async def _prepare_database(settings: ServerSettings, databases: _Databases) -> None:
    """Migrate an embedded database; only check another one."""
    if settings.database.is_embedded:
        await databases.writing.run(migrate)
        await databases.writing.run(begin_run)
    else:
        with translated():
            await require_sessions(settings.database)
        await databases.writing.run(warn_of_unsafe_settings)
    await databases.reading.run(require_current)


def _set_gauges(
    metrics: Metrics, tail: Tail, hub: Hub, streams: Streams, wakeup: Wakeup, health: WriteHealth, clock: ClockWatch
) -> None:
    """Let the gauges be read when they are asked for."""
    metrics.journal.set_function(lambda: tail.ordinal)
    metrics.chain.set_function(lambda: 0 if tail.head is None else tail.head.ordinal)
    metrics.chain_hash.set_function(lambda: 0 if tail.head is None else tail.head.number)
    metrics.journal_age.set_function(lambda: tail.age.total_seconds())
    metrics.subscribers.set_function(lambda: len(streams))
    metrics.waiting.set_function(lambda: hub.most_waiting)
    metrics.wakeup.set_function(lambda: float(wakeup.is_connected))
    metrics.writer.set_function(lambda: float(health.is_good))
    metrics.clock_skew.set_function(lambda: clock.skew.total_seconds())


def _log_head(tail: Tail, writer: Writer) -> None:
    """Log the newest head of the journal that this process knows."""
    if heads := [head for head in (tail.head, writer.head) if head is not None]:
        _log.info("journal head", head=str(max(heads, key=lambda head: head.ordinal)))


async def _readiness(
    database: Database, tail: Tail, writer: Writer, health: WriteHealth, clock: ClockWatch
) -> dict[str, bool]:
    """What a server must have to serve: its database in the right shape, writes and a journal tail that succeed, and a
    wall clock that can be right."""
    try:
        async with asyncio.timeout(_READINESS_SECONDS):
            await database.run(require_current)
            await clock.look()
        is_there, is_current = True, True
    except MigrationsPending:
        is_there, is_current = True, False
    except (Unavailable, DatabaseFailure, TimeoutError):
        is_there, is_current = False, False
    can_write = writer.is_alive and health.is_good
    return {
        "database": is_there,
        "migrations": is_current,
        "journalTail": tail.is_alive,
        "writer": can_write,
        "clock": clock.is_right,
    }
