"""The chain detects what folding cannot: changed texts, and an end that was lost with the desk's row."""

import hashlib
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import delete, select, text, update

from api.persistence import tables
from api.persistence.chain import HASHED, ExpectedHead, Head
from domain.analytics.comparison import Backtest, Metrics
from domain.engine.commands import ExecuteSignal, RecordBacktest
from tests.builders import FREE, WALL, D, a_bar, a_quote, a_signal, signal_id
from tests.processes import until
from tests.service.desks import RunningWriter, Trader, desk_on, rows, running_writer, verification, verified
from tests.service.tampering import copied, made, opened

WATERMARKS = {tables.bars: ["retracted"], tables.quotes: ["retracted"]}
"""They come later; the retraction itself is history."""


async def groups(desk: RunningWriter) -> None:
    """Six of them, one command each; the last is a backtest, from which no state follows."""
    trader = desk.trader()
    await trader.enable(**FREE)
    await trader.bars(a_bar("09:00", volume="1000"))
    await trader.quotes(a_quote("09:30", "100"))
    for number, quantity in ((1, "2"), (2, "3")):
        signal = ExecuteSignal("default", trader.key(number), signal_id(number), a_signal(quantity=quantity))
        await trader.execute(signal, sent=f'{{"quantity":"{quantity}"}}')
    backtest = Backtest(UUID(int=9), 'the "kept" one — ü', "notebook", WALL, Metrics())
    await trader.execute(RecordBacktest(backtest), sent='{"name":"kept"}')


async def written(url: str) -> str:
    async with running_writer(url) as desk:
        await groups(desk)
    return url


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("kept"), written)


@pytest.fixture
def url(kept: Path, tmp_path: Path) -> str:
    return copied(kept, tmp_path)


async def links(url: str) -> list[Any]:
    async with opened(url) as connection:
        return list(await connection.execute(select(tables.chain).order_by(tables.chain.c.ordinal)))


async def head_of(url: str) -> str:
    async with opened(url) as connection:
        return str(Head.of((await connection.execute(select(tables.desk))).one()))


async def test_each_group_is_a_link_and_the_desk_holds_the_last(url: str) -> None:
    chain = await links(url)
    spans = [(link.first, link.ordinal) for link in chain]
    assert spans == [(1, 2), (3, 4), (5, 6), (7, 9), (10, 12), (13, 14)]
    async with opened(url) as connection:
        desk = (await connection.execute(select(tables.desk))).one()
    assert (desk.ordinal, desk.head, desk.groups) == (14, chain[-1].hash, 6)


async def test_the_head_can_be_computed_with_nothing_but_the_rows_as_they_are_stored(database_url: str) -> None:
    """By the words of the documentation, without our code."""
    url = await written(database_url)
    columns = {
        "commands": "ordinal account kind encoding sent clock recorded_at id content refusal ended_session closed",
        "bars": "ordinal batch symbol start end open high low close volume number",
        "quotes": "ordinal batch symbol time price number",
        "backtests": "ordinal id name source recorded_at metrics trades trade_count curve",
        "journal": "ordinal account_id seq stream kind encoding occurred_at recorded_at payload",
    }
    stored: list[list[Any]] = []
    async with opened(url) as connection:
        for table, names in columns.items():
            quoted = ", ".join(f'"{name}"' for name in names.split())
            ids = [name in ("id", "account_id") for name in names.split()]
            for row in await connection.execute(text(f"SELECT {quoted} FROM {table}")):  # noqa: S608
                values = [
                    str(UUID(bytes=value) if isinstance(value, bytes) else value) if is_id and value else value
                    for value, is_id in zip(row, ids, strict=True)
                ]
                stored.append([2, table, *values])
    commands: list[list[list[Any]]] = []
    for values in sorted(stored, key=lambda row: row[2]):
        if values[1] == "commands":
            commands.append([])
        commands[-1].append(values)
    digits = "0" * 64
    for command in commands:
        text_of_command = json.dumps(command, separators=(",", ":"))
        digits = hashlib.sha256((digits + text_of_command).encode()).hexdigest()
    assert await head_of(url) == f"14:{digits}"


def test_every_column_of_history_is_hashed_but_the_marks_that_a_retraction_leaves() -> None:
    for table, names in HASHED.items():
        assert sorted([*names, *WATERMARKS.get(table, ())]) == sorted(column.name for column in table.c)


# Changed words

CHANGES = {
    "a command's text": (update(tables.commands).where(tables.commands.c.ordinal == 7).values(sent='{"a": 1}'), 7, 9),
    "a command's account": (update(tables.commands).where(tables.commands.c.ordinal == 3).values(account="me"), 3, 4),
    "a command's kind": (update(tables.commands).where(tables.commands.c.ordinal == 10).values(kind="other"), 10, 12),
    "a bar's volume": (update(tables.bars).values(volume=None), 3, 4),
    "a quote's symbol": (update(tables.quotes).values(symbol="IBM"), 5, 6),
    "a payload's spaces": (
        update(tables.journal).where(tables.journal.c.ordinal == 9).values(payload=tables.journal.c.payload + " "),
        7,
        9,
    ),
    "a backtest's name": (update(tables.backtests).values(name="better"), 13, 14),
    "when a backtest was recorded": (
        update(tables.backtests).values(recorded_at=WALL.replace(year=2031)), 13, 14
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "first", "last"), CHANGES.values(), ids=CHANGES)
async def test_what_was_changed_is_named_by_its_group_and_nothing_after_it_is(
    url: str, change: Any, first: int, last: int
) -> None:
    async with opened(url) as connection:
        assert (await connection.execute(change)).rowcount == 1
    code, output = await verification(url)
    assert code == 1
    assert f"- history {first} to {last} is not what was recorded: its hash is another" in output
    assert output.count("its hash is another") == 1


async def test_rows_that_changed_places_are_named(url: str) -> None:
    """Two commands of one account, which differ by what was sent alone."""
    commands = tables.commands
    async with opened(url) as connection:
        for old, new in ((7, 0), (10, 7), (0, 10)):
            await connection.execute(update(commands).where(commands.c.ordinal == old).values(ordinal=new))
    _, output = await verification(url)
    assert "- history 7 to 9 is not what was recorded: its hash is another" in output
    assert "- history 10 to 12 is not what was recorded: its hash is another" in output
    assert output.count("its hash is another") == 2


async def test_a_change_whose_own_hash_was_made_to_fit_breaks_the_chain_after_it(url: str) -> None:
    async with opened(url) as connection:
        await connection.execute(update(tables.chain).where(tables.chain.c.ordinal == 9).values(hash="f" * 64))
    _, output = await verification(url)
    assert "- history 7 to 9 is not what was recorded" in output
    assert "- history 10 to 12 is not what was recorded" in output
    assert "- history 13 to 14" not in output


@pytest.mark.parametrize("digits", ["", "zz", "ü"])
async def test_a_malformed_hash_is_reported(url: str, digits: str) -> None:
    async with opened(url) as connection:
        await connection.execute(update(tables.chain).where(tables.chain.c.ordinal == 9).values(hash=digits))
    assert "- history 7 to 9 is not what was recorded" in (await verification(url))[1]


async def test_a_link_that_is_gone_is_named(url: str) -> None:
    async with opened(url) as connection:
        await connection.execute(delete(tables.chain).where(tables.chain.c.ordinal == 9))
    assert "- chain 12 holds history 10 to 12 instead of 7 onwards" in (await verification(url))[1]
    async with opened(url) as connection:
        await connection.execute(delete(tables.chain))
    assert "- no hash is kept of history 1 to 14" in (await verification(url))[1]


# What was expected


async def cut(url: str, ordinal: int) -> None:
    """Take the end of the record away, the desk's row included."""
    async with opened(url) as connection:
        for table in (*HASHED, tables.chain):
            await connection.execute(delete(table).where(table.c.ordinal > ordinal))
        last = (await connection.execute(select(tables.chain).order_by(tables.chain.c.ordinal.desc()))).first()
        assert last is not None
        values = {"ordinal": ordinal, "head": last.hash, "groups": tables.desk.c.groups - 1}
        await connection.execute(update(tables.desk).values(values))


async def test_an_end_that_was_lost_with_the_desks_row_is_found_by_the_head_that_was_expected(
    database_url: str,
) -> None:
    url = await written(database_url)
    head = await head_of(url)
    await cut(url, 12)
    assert (await verification(url))[0] == 0
    code, output = await verification(url, head)
    assert code == 1
    assert f"- history lacks its end: it reaches 12, and the expected head is {head}"[:150] in output


async def test_an_end_that_was_lost_while_the_desks_row_stayed_is_found_without(url: str) -> None:
    async with opened(url) as connection:
        for table in (*HASHED, tables.chain):
            await connection.execute(delete(table).where(table.c.ordinal > 12))
    assert "- no hash is kept of history 13 to 14" in (await verification(url))[1]


async def test_a_record_that_has_grown_is_the_one_expected_and_by_the_first_digits_too(url: str) -> None:
    early = [f"{link.ordinal}:{link.hash}" for link in await links(url)]
    async with running_writer(url) as desk:
        await desk.trader().send(a_signal(quantity="1"), 3)
    for head in (*early, early[2][:14], f"Head {early[3]}".upper(), await head_of(url), f"0:{tables.INITIAL_HASH}"):
        assert (await verification(url, head))[0] == 0, head


async def test_another_history_is_found_however_long(url: str, tmp_path: Any) -> None:
    heads = [f"{link.ordinal}:{link.hash}" for link in await links(url)]
    other = f"sqlite:///{tmp_path / 'other.sqlite3'}"
    async with running_writer(other) as desk:
        await desk.trader().enable(**{**FREE, "leverage": D(2)})
        await groups(desk)
        await desk.trader().send(a_signal(quantity="1"), 3)
    await verified(other)
    for head in heads:
        assert f"- this is another history: its chain has no head {head}"[:150] in (await verification(other, head))[1]
    inside = f"8:{heads[2].partition(':')[2]}"
    assert "this is another history" in (await verification(url, inside))[1]


@pytest.mark.parametrize(
    "text", ["", "12", "12:", "x:0123456789ab", "12:0123456789", "12:" + "0" * 65, "-1:" + "0" * 64]
)
def test_a_malformed_head_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a head: ORDINAL:HASH, as backup, export and verify print it"):
        ExpectedHead.parse(text)


async def test_the_head_is_printed(url: str) -> None:
    assert (await verified(url)).endswith(f"\nHead {await head_of(url)}\n")


async def test_a_changed_text_is_found_on_postgresql(postgres_url: str) -> None:
    await written(postgres_url)
    async with opened(postgres_url) as connection:
        await connection.execute(CHANGES["a command's text"][0])
    assert "- history 7 to 9 is not what was recorded" in (await verification(postgres_url))[1]


async def test_the_head_is_among_the_metrics(sqlite_url: str) -> None:
    async with desk_on(sqlite_url) as desk:
        trader = Trader(desk.services.dispatcher.writer)
        await trader.enable()
        await trader.bars(a_bar("09:00"))
        await until(lambda: desk.services.streams._tail.ordinal == 4)
        async with AsyncClient(transport=ASGITransport(desk.app), base_url="http://localhost") as client:
            lines = (await client.get("/metrics")).text.splitlines()
    figures = {name: float(value) for name, _, value in (line.partition(" ") for line in lines if line[:1] != "#")}
    shown = f"{figures['papertape_chain_ordinal']:.0f}:{int(figures['papertape_chain_hash']):012x}"
    head = await head_of(sqlite_url)
    assert shown == head[: len(shown)]
    assert (await verification(sqlite_url, shown))[0] == 0


async def test_two_writers_make_one_chain(postgres_url: str) -> None:
    async with running_writer(postgres_url) as first, running_writer(postgres_url) as second:
        await first.trader().enable(**FREE)
        await second.trader().bars(a_bar("09:00"))
        for number in range(1, 5):
            await (first, second)[number % 2].trader().send(a_signal(quantity="1"), number)
        chain = await rows(first.engine, tables.chain)
    assert [link["first"] for link in chain] == [1, *(link["ordinal"] + 1 for link in chain[:-1])]
    await verified(postgres_url)
