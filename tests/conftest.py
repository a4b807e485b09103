import gc
import logging
import os
import secrets
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

from tests.databases import make_template
from tests.services import PostgresServer, postgres_server_url, redis_server_url

# Shared cores make the time of one example meaningless, so no profile has a deadline.
settings.register_profile("default", deadline=None)
settings.register_profile(
    "ci", deadline=None, derandomize=True, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("quick", deadline=None, max_examples=10)
settings.register_profile("thorough", deadline=None, max_examples=2_000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") == "true" else "default"))

BOTH_DATABASES = [pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.postgres)]
MARK_OF_FIXTURE = {"postgres": pytest.mark.postgres, "redis_url": pytest.mark.redis}
LONGEST = (
    "tests/faults/test_injection.py",
    "tests/backtest/test_parity.py",
    "tests/notifications/test_processes.py",
    "tests/feeds/test_live_feeds.py",
    "tests/stateful/test_stored_desk.py",
    "tests/service/test_verify.py",
    "tests/service/test_streams.py",
    "tests/service/test_writer.py",
    "tests/backtest/test_exports.py",
    "tests/faults/test_unresponsive_database.py",
    "tests/faults/test_clients.py",
    "tests/docs/test_readme.py",
    "tests/persistence/test_curves_of_sessions.py",
    "tests/faults/test_database.py",
    "tests/faults/test_identical.py",
    "tests/cli/test_verify_under_load.py",
    "tests/faults/test_concurrent_clients.py",
    "tests/agents/test_transports.py",
    "tests/notifications/test_services.py",
    "tests/api/test_compiled.py",
    "tests/persistence/test_curves.py",
    "tests/cli/test_trading.py",
    "tests/cli/test_workers.py",
    "tests/faults/test_kill.py",
    "tests/api/test_one_snapshot.py",
)
"""Files that take long, which begin first: one that began last would be waited for by all workers but its own."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Modules and tests stay to the end: the garbage collector need not go through them again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """What a module leaves goes with it; the collector goes no more through what stays, a fifth of the CPU."""
    try:
        return (yield)
    finally:
        if nextitem is None or nextitem.path != item.path:
            gc.collect()
            gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {file: place for place, file in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(places)))
    for item in items:
        for fixture, mark in MARK_OF_FIXTURE.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(mark)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What campaigns counted, with `record_property`."""
    reports = [test for test in terminalreporter.getreports("passed") if test.user_properties]
    if reports:
        terminalreporter.section("counted")
    for report in reports:
        counted = ", ".join(f"{name} {value}" for name, value in report.user_properties)
        terminalreporter.line(f"{report.nodeid.rpartition('::')[2]}: {counted}")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The PostgreSQL server; whatever databases a test made on it are gone after the session, interrupted or not."""
    server = PostgresServer(postgres_server_url())
    server.connect()
    yield server
    server.close()


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> str:
    """The name of a database in the newest shape, for `PostgresServer.create`."""
    return make_template(postgres)


@pytest.fixture
def postgres_url(postgres: PostgresServer, postgres_template: str) -> Iterator[str]:
    """A database of the test's own, in the newest shape."""
    url = postgres.create(postgres_template)
    yield url
    postgres.drop_soon(url)


@pytest.fixture
def empty_postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """A database of the test's own, in which nothing is."""
    url = postgres.create()
    yield url
    postgres.drop_soon(url)


@pytest.fixture(scope="module")
def module_postgres_url(postgres: PostgresServer, postgres_template: str) -> Iterator[str]:
    """One database for all tests of a module, in the newest shape."""
    url = postgres.create(postgres_template)
    yield url
    postgres.drop_soon(url)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A database of the test's own, whose file is not there yet."""
    return sqlite_url_in(tmp_path)


@pytest.fixture(scope="module")
def module_sqlite_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return sqlite_url_in(tmp_path_factory.mktemp("module"))


def sqlite_url_in(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'papertape.sqlite3'}"


@pytest.fixture(params=BOTH_DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    """A database of the test's own, once on SQLite, whose file is not there yet, and once on PostgreSQL."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture(params=BOTH_DATABASES)
def empty_database_url(request: pytest.FixtureRequest) -> str:
    """An empty database of the test's own, once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "empty_postgres_url")
    return url


@pytest.fixture(scope="module", params=BOTH_DATABASES)
def module_database_url(request: pytest.FixtureRequest) -> str:
    """One database for all tests of a module, once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue("module_sqlite_url" if request.param == "sqlite" else "module_postgres_url")
    return url


@pytest.fixture(scope="session")
def redis_url() -> str:
    return redis_server_url()


@pytest.fixture
def redis_channel() -> str:
    """A channel (or key prefix) that no other test uses, for channels know no database numbers."""
    return f"papertape_test_{secrets.token_hex(6)}"


@pytest.fixture
def quiet() -> Iterator[None]:
    """No log: where faults are provoked by the dozen, writing each traceback takes longer than the rest of the test."""
    known = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**known)
