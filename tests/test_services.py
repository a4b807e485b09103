import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import asyncpg
import pytest
import redis
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from tests.conftest import LONGEST
from tests.services import PostgresServer, is_leftover

pytest_plugins = ["pytester"]

RunPytest: TypeAlias = Callable[[str], pytest.RunResult]
ROOT = Path(__file__).parents[1]


@pytest.fixture
def run_pytest(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> RunPytest:
    """Runs the given tests in a pytest of their own, with this project's settings and fixtures."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    def run(tests: str) -> pytest.RunResult:
        path = pytester.makepyfile(tests)
        return pytester.runpytest_subprocess("-c", ROOT / "pyproject.toml", "-p", "tests.conftest", "-s", path)

    return run


async def test_an_empty_database_url_opens_an_empty_database(empty_database_url: str) -> None:
    engine = create_async_engine(empty_database_url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE note (id INTEGER)"))
        assert (await connection.execute(text("SELECT count(*) FROM note"))).scalar_one() == 0
    await engine.dispose()


async def test_a_dropped_database_is_gone_although_somebody_was_still_connected(postgres: PostgresServer) -> None:
    url = await postgres.create_async()
    connection = await asyncpg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))
    await postgres.drop_async(url)
    assert make_url(url).database not in await postgres.names()
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError)):
        await connection.fetchval("SELECT 1")


async def test_a_copied_database_holds_what_its_template_held(postgres: PostgresServer) -> None:
    template = await postgres.create_async()
    engine = create_async_engine(template)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE note AS SELECT 7 AS id"))
    await engine.dispose()
    copy = await postgres.create_async(template=make_url(template).database or "")
    engine = create_async_engine(copy)
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT id FROM note"))).scalar_one() == 7
    await engine.dispose()
    await postgres.drop_async(copy)
    await postgres.drop_async(template)


def test_a_database_of_somebody_else_is_never_dropped(postgres: PostgresServer) -> None:
    with pytest.raises(ValueError, match="precious is not a database of this run"):
        postgres.drop("postgresql+asyncpg://127.0.0.1/precious")


@pytest.mark.parametrize(
    ("name", "leftover"),
    [
        ("papertape_test_1000000_00ff", True),
        ("papertape_test_1000001_00ff", False),
        ("papertape_test_", False),
        ("papertape_test_notes", False),
    ],
)
def test_only_a_database_a_day_old_counts_as_left_by_a_dead_run(name: str, leftover: bool) -> None:
    assert is_leftover(name, now=1_086_400) is leftover


def test_an_interrupted_run_leaves_no_database_behind(run_pytest: RunPytest, postgres: PostgresServer) -> None:
    result = run_pytest(
        """
        def test_interrupted(postgres, empty_postgres_url):
            postgres.create()
            print("made", *sorted(postgres.created))
            raise KeyboardInterrupt
        """
    )
    made = next(line for line in result.outlines if "made " in line).split("made ")[1].split()
    assert len(made) == 2
    assert not set(made) & set(asyncio.run(postgres.names()))


def test_without_a_server_a_test_is_skipped_and_in_ci_it_fails(
    run_pytest: RunPytest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAPERTAPE_TEST_POSTGRES_URL", "postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setenv("PAPERTAPE_TEST_REDIS_URL", "redis://127.0.0.1:1")
    tests = """
        def test_postgres(postgres_url): ...
        def test_redis(redis_url): ...
    """
    monkeypatch.delenv("CI", raising=False)
    run_pytest(tests).assert_outcomes(skipped=2)
    monkeypatch.setenv("CI", "true")
    run_pytest(tests).assert_outcomes(errors=2)


def test_redis_answers_at_its_url(redis_url: str, redis_channel: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.publish(redis_channel, "hello") == 0


def test_the_files_that_begin_first_are_there() -> None:
    assert [file for file in LONGEST if not (ROOT / file).exists()] == []
