"""`papertape verify` finds whatever was changed behind the desk's back, and says where."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Column, Table, delete, select, update

from api.database_url import database_url
from api.persistence import tables
from api.persistence.chain import HASHED
from api.persistence.columns import metadata
from api.persistence.engines import write_engine
from domain.analytics.comparison import Backtest, Metrics
from domain.engine.commands import RecordBacktest
from domain.orders.side import Side
from tests.builders import FREE, WALL, D, a_bar, a_limit, a_quote, a_signal, at, signal_id
from tests.loop_engine import LoopEngine
from tests.service.desks import Trader, running_writer, verification, verified
from tests.service.tampering import copied, made, tampered

BESIDE_THE_RECORD = (tables.hooks, tables.hook_deliveries, tables.notification_targets, tables.notices)
STATE = [
    (table, column)
    for table in metadata.sorted_tables
    for column in table.c
    if table not in (tables.bars, tables.quotes, *BESIDE_THE_RECORD)
    and (table.name, column.name) not in (("accounts", "ordinal"), ("markets", "ordinal"), ("desk", "id"))
]


async def a_full_record(url: str) -> None:
    """A desk with a row in every table: open, closed and working, trailing, halted, an ended session and a new one."""
    async with running_writer(url) as desk:
        trader, second, third = desk.trader(), Trader(desk.writer, "second"), Trader(desk.writer, "third")
        await trader.enable(**{**FREE, "leverage": Decimal(10)})
        await second.enable()
        await trader.quotes(a_quote("09:00", "50", "IBM"))
        await trader.bars(a_bar("09:00", volume="1000"), a_bar("09:00", symbol="MSFT"))
        await trader.send(a_signal(quantity="10", target="104", target2="120", trailing=("101", "2")), 1)
        await trader.send(a_signal(quantity="10", symbol="MSFT", campaign="spring", note="a range"), 2)
        await trader.send(a_signal(stop="120"), 3)
        await trader.send(a_limit("80", stop="70"), 4)
        await trader.amend_signal(4, entry_price=Decimal(79))
        await trader.amend(1, target2=Decimal(121))
        await second.send(a_signal(quantity="7", market="101"), 1)
        await trader.bars(a_bar("09:30", close="103", volume="1000"), a_bar("09:30", close="93", symbol="MSFT"))
        await trader.bars(a_bar("10:00", open="103", high="106", close="105", volume="900"))
        await trader.quotes(a_quote("10:30", "105.5"), a_quote("10:30", "51", "IBM"))
        await trader.execute(
            RecordBacktest(Backtest(UUID(int=9), "kept", "notebook", WALL, Metrics(sharpe=Decimal(1)), ()))
        )
        await second.reverse(1, a_signal(side=Side.SHORT, stop="120", target="80", quantity="7"), 2)
        await second.close_all(once=11)
        await second.close(1, once=12)
        await second.reset(once=13)
        await second.disable()
        await trader.bars(a_bar("10:30", symbol="IBM"), a_bar("11:00", symbol="IBM", volume="500"))
        await trader.bars(a_bar("11:30", symbol="IBM", volume="700"))
        await trader.retract("IBM", at("11:30"))
        await third.enable(timezone="Asia/Tokyo")


@pytest.fixture(scope="module")
def full_record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("record"), a_full_record)


@pytest.fixture
def url(full_record: Path, tmp_path: Path) -> str:
    return copied(full_record, tmp_path)


async def complaints_of(url: str) -> str:
    """The complaints of verify."""
    code, output = await verification(url)
    assert code == 1, output
    return output


def changed(value: Any) -> Any:
    """Something very like a value."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case Decimal():
            return value + Decimal("0.00000001")
        case datetime():
            return value + timedelta(microseconds=1)
        case timedelta():
            return value + timedelta(microseconds=1)
        case date():
            return value + timedelta(days=1)
        case UUID():
            return UUID(int=value.int ^ 1)
        case str():
            return value[:-2] + ("1" if value[-2:-1] != "1" else "2") + value[-1:]
        case _:
            raise AssertionError(value)


async def first_with(url: str, table: Table, column: Column[Any]) -> tuple[Any, Any] | None:
    """The key and the value of the first row that has a value there; changing it clashes with no other row."""
    engine = LoopEngine(write_engine(database_url(url)))
    async with engine.connect() as connection:
        rows = await connection.execute(select(table).where(column.is_not(None)).order_by(*table.primary_key))
        row = rows.all()[-1:]
    await engine.dispose()
    if not row:
        return None
    keys = [column == row[0]._mapping[column.name] for column in table.primary_key]
    return keys, row[0]._mapping[column.name]


async def test_an_untouched_record_is_clean(full_record: Path, tmp_path: Path) -> None:
    output = await verified(f"sqlite:///{full_record}")
    assert "no differences" in output


async def test_an_untouched_record_is_clean_on_postgresql(postgres_url: str) -> None:
    await a_full_record(postgres_url)
    await verified(postgres_url)


@pytest.mark.parametrize(("table", "column"), STATE, ids=lambda value: str(getattr(value, "name", value)))
async def test_one_digit_anywhere_is_found(url: str, table: Table, column: Column[Any]) -> None:
    place = await first_with(url, table, column)
    if place is None:
        assert (table.name, column.name) in NEVER_SET
        return
    keys, value = place
    await tampered(url, update(table).where(*keys).values({column.name: changed(value)}))
    assert table.name in await complaints_of(url) or table in (tables.desk, tables.chain, *HASHED)


BAR = [column for column in tables.bars.c if column.name != "symbol"]
NEVER_SET = {
    ("accounts", "halt_reason"),
    ("positions", "pattern"),
    ("retractions", "asset_class"),
    ("trades", "pattern"),
}


@pytest.mark.parametrize("ordinal", [1, 10_000], ids=["too early", "too late"])
async def test_a_row_of_state_belongs_where_it_was_last_changed(url: str, ordinal: int) -> None:
    place = await first_with(url, tables.accounts, tables.accounts.c.ordinal)
    assert place is not None
    await tampered(url, update(tables.accounts).where(*place[0]).values(ordinal=ordinal))
    assert "is not of the ordinal of its last change" in await complaints_of(url)


@pytest.mark.parametrize(
    "table", [tables.fills, tables.trades, tables.signals, tables.positions, tables.watermarks], ids=str
)
async def test_a_row_of_state_that_is_gone_is_named(url: str, table: Table) -> None:
    place = await first_with(url, table, next(iter(table.c)))
    assert place is not None
    await tampered(url, delete(table).where(*place[0]))
    assert f"{table.name} " in await complaints_of(url)


@pytest.mark.parametrize("number", range(13))
async def test_an_entry_that_is_gone_from_the_journal_leaves_a_gap(url: str, number: int) -> None:
    engine = LoopEngine(write_engine(database_url(url)))
    async with engine.connect() as connection:
        ordinals = list((await connection.execute(select(tables.journal.c.ordinal))).scalars())
    await engine.dispose()
    ordinal = ordinals[number]
    await tampered(url, delete(tables.journal).where(tables.journal.c.ordinal == ordinal))
    assert f"history lacks {ordinal} to {ordinal}" in await complaints_of(url)


@pytest.mark.parametrize("column", BAR, ids=lambda column: column.name)
async def test_a_bar_is_what_was_sent_to_the_last_digit(url: str, column: Column[Any]) -> None:
    """Also where it did nothing to any account."""
    places = {"bars 8", "history lacks"}
    await tampered(url, update(tables.bars).where(tables.bars.c.ordinal == 8).values({column: shifted(column)}))
    output = await complaints_of(url)
    assert any(place in output for place in places)


def shifted(column: Column[Any]) -> Any:
    changed = {"ordinal": 9_999, "batch": 5, "start": at("08:59"), "end": at("09:31"), "number": 7, "retracted": 9_999}
    return changed.get(column.name, D("100.00000001"))


async def retracted_bar(url: str) -> tuple[int, int]:
    """The ordinals of the bar that was retracted, and of its retraction."""
    engine = LoopEngine(write_engine(database_url(url)))
    async with engine.connect() as connection:
        query = select(tables.bars.c.ordinal, tables.bars.c.retracted).where(tables.bars.c.retracted.is_not(None))
        found = (await connection.execute(query)).one()
    await engine.dispose()
    return found.ordinal, found.retracted


async def test_a_bar_that_counts_is_not_marked_as_retracted(url: str) -> None:
    _, retraction = await retracted_bar(url)
    await tampered(url, update(tables.bars).where(tables.bars.c.ordinal == 8).values(retracted=retraction))
    assert f"retractions {retraction} has marked what it was not meant for" in await complaints_of(url)


async def test_a_bar_that_was_retracted_counts_no_more(url: str) -> None:
    ordinal, retraction = await retracted_bar(url)
    await tampered(url, update(tables.bars).where(tables.bars.c.ordinal == ordinal).values(retracted=None))
    assert f"retractions {retraction} is not of as many bars and quotes as it says" in await complaints_of(url)


async def test_only_a_recorded_retraction_retracts_a_bar(url: str) -> None:
    ordinal, _ = await retracted_bar(url)
    await tampered(url, update(tables.bars).where(tables.bars.c.ordinal == ordinal).values(retracted=9))
    assert f"bars {ordinal} is marked as retracted at 9, where retractions has nothing" in await complaints_of(url)


async def test_a_quote_is_what_was_sent(url: str) -> None:
    await tampered(url, update(tables.quotes).where(tables.quotes.c.price == D(50)).values(price=D("50.01")))
    assert "quotes 6 is not what was sent" in await complaints_of(url)


async def test_a_bar_that_cannot_be_is_named(url: str) -> None:
    first = tables.bars.c.ordinal == 8
    await tampered(url, update(tables.bars).where(first).values(low=Decimal(200)))
    assert "bars 8 makes no sense: Invalid('open must lie between low and high')" in await complaints_of(url)


async def test_an_event_that_cannot_be_read_is_named(url: str) -> None:
    await tampered(url, update(tables.journal).where(tables.journal.c.ordinal == 2).values(payload="{"))
    assert "journal 2 makes no sense" in await complaints_of(url)


async def test_a_row_in_the_json_of_another_version_is_named(url: str) -> None:
    await tampered(url, update(tables.journal).where(tables.journal.c.ordinal == 2).values(encoding=4))
    assert "journal 2 has encoding 4; this Papertape reads encoding 3" in await complaints_of(url)


async def test_minus_one_is_not_minus_two(url: str) -> None:
    """Python gives both the same hash."""
    engine = LoopEngine(write_engine(database_url(url)))
    async with engine.begin() as connection:
        await connection.execute(update(tables.fills).values(realized_pnl=Decimal(-1)))
    await engine.dispose()
    before = await complaints_of(url)
    assert str(signal_id(1)) not in before
    assert "fills" in before


REFUSED = '{"code":"INVALID_INPUT","message":"no","field":null,"limit":null,"actual":null}'


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"refusal": REFUSED}, "was refused, and did something"),
        ({"ended_session": 7}, "is not remembered with the session that it ended"),
        ({"id": UUID(int=7)}, "is not known by the id it came with"),
        ({"content": None}, "is not known by the id of its signal"),
    ],
    ids=lambda value: str(value)[:20],
)
async def test_the_stored_result_of_a_command_must_agree_with_its_events(
    url: str, change: dict[str, Any], complaint: str
) -> None:
    """The command is the reset of session 1 that came with an id."""
    of_the_reset = tables.commands.c.ended_session == 1
    await tampered(url, update(tables.commands).where(of_the_reset).values(**change))
    assert complaint in " ".join((await complaints_of(url)).split())
