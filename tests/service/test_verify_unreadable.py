"""`papertape verify` names rows whose values are none of their columns' types, as SQLite lets anyone store."""

from pathlib import Path

import pytest
from sqlalchemy import text

from api.codec.ids import account_id, signal_key
from tests.builders import a_bar, a_signal, signal_id
from tests.service.desks import running_writer, verification
from tests.service.tampering import copied, made, tampered


async def a_record(url: str) -> None:
    """A desk with one open position."""
    async with running_writer(url) as desk:
        trader = desk.trader()
        await trader.enable()
        await trader.bars(a_bar("09:00"))
        await trader.send(a_signal(quantity="10"), 1)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("record"), a_record)


@pytest.fixture
def url(record: Path, tmp_path: Path) -> str:
    return copied(record, tmp_path)


async def faults_after(url: str, statement: str) -> list[str]:
    """What verify finds once a statement has changed one row."""
    await tampered(url, text(statement))
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
