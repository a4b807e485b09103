"""`papertape verify` names rows whose values are none of their columns' types, as SQLite lets anyone store."""

import asyncio
import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

from api.codec.ids import account_id, signal_key
from api.database_url import database_url
from api.persistence.engines import write_engine
from tests.builders import a_bar, a_signal, signal_id
from tests.conftest import sqlite_url_in
from tests.loop_engine import LoopEngine
from tests.service.desks import running_writer, verification


async def a_record(url: str) -> None:
    """A desk with one open position."""
    async with running_writer(url) as desk:
        trader = desk.trader()
        await trader.enable()
        await trader.bars(a_bar("09:00"))
        await trader.send(a_signal(quantity="10"), 1)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("record")
    asyncio.run(a_record(sqlite_url_in(folder)))
    return folder / "papertape.sqlite3"


@pytest.fixture
def url(record: Path, tmp_path: Path) -> str:
    """A copy of the record, to be tampered with."""
    shutil.copy(record, tmp_path / "papertape.sqlite3")
    return sqlite_url_in(tmp_path)


async def faults_after(url: str, statement: str) -> list[str]:
    """What verify finds once a statement has changed one row."""
    engine = LoopEngine(write_engine(database_url(url)))
    async with engine.begin() as connection:
        assert (await connection.execute(text(statement))).rowcount == 1
    await engine.dispose()
    code, output = await verification(url)
    assert code == 1, output
    return [line.removeprefix("- ") for line in output.splitlines() if line.startswith("- ")]


ACCOUNT, POSITION = account_id("default"), signal_key("default", signal_id(1))
OTHER_HASH = "is not what was recorded: its hash is another"


@pytest.mark.parametrize(
    ("statement", "faults"),
    [
        (
            "UPDATE commands SET id = x'00' WHERE ordinal = 5",
            [
                "commands 5 makes no sense: ValueError('bytes is not a 16-char string')",
                f"history 5 to 7 {OTHER_HASH}",
            ],
        ),
        (
            "UPDATE journal SET account_id = x'00' WHERE ordinal = 7",
            [
                "journal 7 makes no sense: ValueError('bytes is not a 16-char string')",
                f"history 5 to 7 {OTHER_HASH}",
            ],
        ),
        (
            "UPDATE bars SET open = 'ten'",
            [
                "bars 4 makes no sense: InvalidOperation([<class 'decimal.ConversionSyntax'>])",
                f"history 3 to 4 {OTHER_HASH}",
            ],
        ),
    ],
    ids=lambda value: value.split()[1] if isinstance(value, str) else "",
)
async def test_a_row_of_history_that_cannot_be_read_is_named(url: str, statement: str, faults: list[str]) -> None:
    assert await faults_after(url, statement) == faults


@pytest.mark.parametrize(
    ("statement", "faults"),
    [
        (
            "UPDATE positions SET id = x'00'",
            [r"positions b'\x00' is not what the journal says", f"positions {POSITION} is missing"],
        ),
        (
            "UPDATE signals SET id = 'mine'",
            ["signals mine is not what the journal says", f"signals {POSITION} is missing"],
        ),
        ("UPDATE positions SET signal_id = x'00'", [f"positions {POSITION} is not what the journal says"]),
        (
            "UPDATE watermarks SET account_id = x'00'",
            [
                r"watermarks b'\x00' 1 is not what the journal says",
                f"watermarks {ACCOUNT} 1 is missing",
                f"watermarks {ACCOUNT} 1 is of no place in history",
            ],
        ),
        ("UPDATE watermarks SET day = 'today'", [f"watermarks {ACCOUNT} 1 is not what the journal says"]),
        ("UPDATE accounts SET ordinal = 'last'", [f"accounts {ACCOUNT} is not of the ordinal of its last change"]),
    ],
    ids=lambda value: value.removeprefix("UPDATE ") if isinstance(value, str) else "",
)
async def test_a_row_of_state_that_cannot_be_read_is_named(url: str, statement: str, faults: list[str]) -> None:
    assert sorted(await faults_after(url, statement)) == sorted(faults)
