"""The one place where the parts of the desk are put together."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import uuid4

import structlog
from starlette.routing import BaseRoute

from api.application.clock_watch import ClockWatch
from api.application.dispatcher import Dispatcher
from api.application.feed_states import FeedStates
from api.application.hooks import Hooks
from api.application.metrics import Metrics
from api.application.notifications.days import DayWatch
from api.application.notifications.delivery import PATIENCE, DeliveryContext, Patience
from api.application.notifications.feed_watch import FeedWatch
from api.application.notifications.notifier import Notifier
from api.application.notifications.targets import Notifications
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
from api.hooks.deliveries import Deliveries
from api.hooks.endpoint import HookEndpoint
from api.hooks.execution import Execution
from api.hooks.registry import all_templates
from api.notifications.registry import InstalledChannels
from api.persistence.database import Database
from api.persistence.database_errors import DatabaseFailure, translated
from api.persistence.database_file import require_usable
from api.persistence.engines import PATIENCE_SECONDS, database_file
from api.persistence.file_lock import held
from api.persistence.live_state import LiveState
from api.persistence.migrations import MigrationsPending, migrate, require_current
from api.persistence.notification_targets import Lease
from api.persistence.postgres import require_sessions, warn_of_unsafe_settings
from api.persistence.write_ahead_log import begin_run, require_own_log
from api.replay.retractions import Retractions
from api.server.app import make_app
from api.server.auth import is_authorized
from api.server.report_page import report_route
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
async def running_desk(
    settings: ServerSettings, wall: WallClock = wall_clock, patience: Patience = PATIENCE
) -> AsyncIterator[RunningDesk]:
    """A desk that runs for as long as the context lasts.

    Raises MigrationsPending for a PostgreSQL database that must be migrated first, and SharedSessions for one behind a
    pooler of transactions; an embedded one migrates itself.
    """
    async with AsyncExitStack() as stack:
        databases = await _open_databases(stack, settings)
        await _prepare_database(settings, databases)
        hub, metrics, wakeup = Hub(), Metrics(), Wakeup(settings.broadcast_url)
        live = await _live_state(databases, settings)
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
        reader = Reader(databases.reading, live)
        dispatcher = Dispatcher(writer, reader, Retractions(databases.reading).prepared)
        hooks, feeds = Hooks(databases.beside, reader, all_templates(), wall), FeedStates(metrics, wall)
        notifier, notifications = _notifications(settings, databases, live, feeds, metrics, wall, patience)
        await _start(stack, notifier)
        services = Services(dispatcher, reader, streams, wall, settings.clock, feeds, hooks, notifications)
        graphql = _graphql_app(services, settings)
        routes = [report_route(reader, wall), await _hook_route(stack, services, metrics, settings)]
        readiness = partial(_readiness, databases.following, tail, writer, health, clock)
        yield RunningDesk(services, graphql, make_app(settings, graphql, routes, readiness, services.feeds, metrics))


async def _hook_route(
    stack: AsyncExitStack, services: Services, metrics: Metrics, settings: ServerSettings
) -> BaseRoute:
    """Where alerts come in; from here on those that are pending are seen to."""
    deliveries = Deliveries(
        services, all_templates(), Execution(services), metrics, is_alone=settings.database.is_embedded
    )
    await _start(stack, deliveries)
    return HookEndpoint(services.hooks, deliveries).route()


def _graphql_app(services: Services, settings: ServerSettings) -> GraphQLApp:
    return GraphQLApp(
        make_operations(settings.execution),
        context=lambda _: Context(services, OPERATOR),
        ide=graphiql,
        authorize=partial(is_authorized, settings.secret),
    )


def _notifications(
    settings: ServerSettings,
    databases: "_Databases",
    live: LiveState,
    feeds: FeedStates,
    metrics: Metrics,
    wall: WallClock,
    patience: Patience,
) -> tuple[Notifier, Notifications]:
    """What delivers messages, and what is asked about them."""
    channels = InstalledChannels(settings.private_networks)
    lease = Lease(uuid4(), timedelta(seconds=patience.lease), is_alone=live.is_alone)
    context = DeliveryContext(databases.beside, databases.following, channels, wall, metrics, patience, lease)
    notifier = Notifier(context, live, [DayWatch(context, live).look, FeedWatch(context, feeds).look])
    return notifier, Notifications(databases.beside, databases.reading, channels, wall, notifier.change)


async def _start(stack: AsyncExitStack, *parts: Wakeup | Tail | Writer | ClockWatch | Deliveries | Notifier) -> None:
    """Start parts in their order, and close them in the opposite one when the stack is closed."""
    for part in parts:
        await part.start()
        stack.push_async_callback(part.close)


@dataclass(frozen=True, slots=True)
class _Databases:
    """The database, opened several times; streams have connections of their own, so as not to wait behind queries.

    What is kept beside the record is written in turn with it where there is one writer to a file, else on its own.
    """

    writing: Database
    reading: Database
    following: Database
    beside: Database


async def _open_databases(stack: AsyncExitStack, settings: ServerSettings) -> _Databases:
    url, file = settings.database, database_file(settings.database)
    writing = Database.for_writing(url, patience=PATIENCE_SECONDS, file=file, serves=True)
    databases = _Databases(
        writing=writing,
        reading=Database.for_reading(url, patience=PATIENCE_SECONDS, file=file),
        following=Database.for_reading(url, patience=_STREAM_PATIENCE_SECONDS, file=file),
        beside=writing if url.is_embedded else Database.for_writing(url, patience=PATIENCE_SECONDS, serves=True),
    )
    for database in {databases.writing, databases.reading, databases.following, databases.beside}:
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


async def _live_state(databases: _Databases, settings: ServerSettings) -> LiveState:
    """The desk as it is now. A file is read by the writer, whose driver hands over rows fastest: nobody writes yet."""
    is_alone = settings.database.is_embedded
    return await LiveState.read(databases.writing if is_alone else databases.following, is_alone=is_alone)


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
