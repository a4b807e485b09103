"""A stored desk and an independent model agree on every figure in random scenarios, restarts included."""

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, text

from api.choices import ClockKind
from api.database_url import database_url as parsed
from api.persistence.columns import metadata
from api.persistence.engines import write_engine
from api.persistence.tables import desk
from api.settings import ServerSettings
from api.verification import verify as verifying
from tests.databases import make_file
from tests.domain.domain_desk import differences
from tests.loop_engine import LoopEngine
from tests.model import Desk as Model
from tests.service.commands import as_sent
from tests.stateful.stored import StoredDesk
from tests.strategies import WALL, Step, scenarios

_FEW = settings(
    max_examples=max(8, settings().max_examples // 12),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

Database = Callable[[], str]


@pytest.fixture(params=[pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.postgres)])
def fresh_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Gives the URL of an empty database, as often as it is asked."""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
        yield lambda: asyncio.run(_emptied(url)) or url
        return
    with tempfile.TemporaryDirectory() as folder:
        numbers = count()

        def copied() -> str:
            url = f"sqlite:///{Path(folder) / f'{next(numbers)}.sqlite3'}"
            make_file(url)
            return url

        yield copied


async def _emptied(url: str) -> None:
    engine = LoopEngine(write_engine(parsed(url)))
    async with engine.begin() as connection:
        names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
        await connection.execute(text(f"TRUNCATE {names}"))
        await connection.execute(insert(desk).values(id=1, ordinal=0))
    await engine.dispose()


@contextmanager
def stored_desk(url: str) -> Iterator[StoredDesk]:
    with asyncio.Runner() as runner:
        desk = StoredDesk(WALL, ServerSettings(database_url=url, clock=ClockKind.MARKET), runner)
        try:
            yield desk
        finally:
            desk.stop()


@_FEW
@given(scenario=scenarios(longest=30), restarts=st.sets(st.integers(0, 30), max_size=3))
def test_the_stored_desk_and_the_model_agree_on_every_figure_after_each_step(
    fresh_database: Database, scenario: list[Step], restarts: set[int]
) -> None:
    url = fresh_database()
    model = Model(WALL)
    with stored_desk(url) as desk:
        for number, (method, arguments) in enumerate(as_sent(scenario)):
            if number in restarts:
                desk.restart()
            answers = differences(getattr(desk, method)(**arguments), getattr(model, method)(**arguments))
            assert answers == {}, f"after {method}"
            for name in model.accounts:
                assert differences(desk.account(name), model.account(name)) == {}, f"after {method}"
                assert differences(desk.signals(name), model.signals(name)) == {}, f"after {method}"
                assert differences(desk.positions(name), model.positions(name)) == {}, f"after {method}"
    assert asyncio.run(verifying.verify(parsed(url))).result.wrong == {}
