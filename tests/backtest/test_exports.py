"""Trades, fills, equity and journal as files: exact in every format, whole however many pages, and of one session."""

import asyncio
import csv
import io
import json
import os
import stat
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pyarrow import parquet
from sqlalchemy import select

from api.choices import FileFormat, Subject
from api.cli import exporting
from api.clock import wall_clock
from api.errors import BadArgument
from api.export.columns import Column, Kind
from api.export.formats import writer
from api.export.rows import NothingToExport
from api.persistence import export_rows, tables
from api.persistence.chain import Head
from api.replay.from_files import Exported, run_files
from api.settings import ServerSettings
from tests.api.desk import Client, desk_on
from tests.backtest.formulas import FORMULAS
from tests.backtest.ledgers import QUIET
from tests.backtest.parity import bar_json, signal_json
from tests.service.desks import verification

FIGURES = Decimal("0.000000000001")


@pytest_asyncio.fixture
async def client(database_url: str) -> AsyncIterator[Client]:
    """A desk that runs, with two sessions of an account: trades in both, and signals that were refused."""
    async with desk_on(database_url) as client:
        await client.do("enable")
        await client.do("enable", account="second")
        for session in (0, 1):
            day = 20 * session
            await client.do("ingestBars", bars=[bar_json(day, "99", "100")])
            for target in ("101", "102", "103"):
                await client.do("executeSignal", **signal_json(target1=target, campaignId='a "b", c'))
            await client.do("ingestBars", bars=[bar_json(day + 1, "100", "102"), bar_json(day + 2, "95", "102")])
            if session == 0:
                await client.do("reset")
        yield client


async def exported(url: str, subject: Subject, wanted: FileFormat, folder: Path, session: int | None = None) -> Path:
    path = folder / f"{subject.value}.{wanted.value}"
    await exporting.export_rows(ServerSettings(database_url=url), subject, wanted, "default", session, path)
    return path


async def read_all(url: str, subject: Subject, folder: Path, session: int | None = None) -> list[dict[str, Any]]:
    """An export's rows, the same in each format."""
    lines = (await exported(url, subject, FileFormat.JSON, folder, session)).read_text().splitlines()
    rows: list[dict[str, Any]] = [json.loads(line) for line in lines]
    table = (await exported(url, subject, FileFormat.CSV, folder, session)).read_text()
    assert list(csv.DictReader(io.StringIO(table))) == [
        {key: in_csv(value) for key, value in row.items()} for row in rows
    ]
    arrow = parquet.read_table(await exported(url, subject, FileFormat.PARQUET, folder, session))
    assert [{key: in_json(key, value) for key, value in row.items()} for row in arrow.to_pylist()] == rows
    return rows


def in_csv(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case dict():
            return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return str(value)


def in_json(key: str, value: Any) -> object:
    if key == "event":
        return json.loads(value)
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return value.isoformat().replace("+00:00", "Z") if hasattr(value, "isoformat") else value


@pytest.mark.parametrize("page", [1, 2, 2_000])
async def test_every_row_is_there_in_every_format_whatever_the_page(
    client: Client, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(export_rows, "_PAGE", page)
    trades = await read_all(database_url, Subject.TRADES, tmp_path)
    fills = await read_all(database_url, Subject.FILLS, tmp_path)
    journal = await read_all(database_url, Subject.JOURNAL, tmp_path)
    equity = await read_all(database_url, Subject.EQUITY, tmp_path)
    assert [trade["session"] for trade in trades] == [1, 1, 1, 2, 2]
    assert [trade["exitReason"] for trade in trades] == ["TARGET_1", "TARGET_1", "MANUAL", "TARGET_1", "TARGET_1"]
    assert trades[0]["campaignId"] == 'a "b", c'
    assert sorted({fill["number"] for fill in fills}) == [1, 2]
    assert len(fills) == 11
    assert [record["seq"] for record in journal] == list(range(1, len(journal) + 1))
    assert [(point["session"], point["time"][:10]) for point in equity] == [
        (1, "2024-01-03"), (1, "2024-01-04"), (1, "2024-01-05"),
        (2, "2024-01-23"), (2, "2024-01-24"), (2, "2024-01-25"),
    ]  # fmt: skip


async def test_a_trades_row_is_the_trade_as_the_database_has_it(
    client: Client, database_url: str, tmp_path: Path
) -> None:
    first = (await read_all(database_url, Subject.TRADES, tmp_path))[0]
    async with client.database.connect() as connection:
        stored = (await connection.execute(select(tables.trades).order_by(tables.trades.c.seq))).first()
    assert stored is not None
    risk = abs(stored.entry_price - stored.initial_stop) * stored.quantity
    assert Decimal(first["realizedPnl"]) == stored.realized_pnl
    assert Decimal(first["rMultiple"]) == (stored.realized_pnl / risk).quantize(FIGURES)
    assert first["positionId"] == f"Position_{stored.id}"
    assert (first["entryTime"], first["exitTime"]) == ("2024-01-03T14:30:00Z", "2024-01-04T14:30:00Z")


async def test_a_trade_without_a_stop_has_neither_that_nor_an_r_multiple_in_its_row(
    database_url: str, tmp_path: Path
) -> None:
    async with desk_on(database_url) as client:
        await client.do("enable")
        bare = {name: text for name, text in signal_json().items() if name not in ("stopLoss", "target1")}
        await client.do("executeSignal", **bare, marketPrice="100")
        await client.do("disable")
        [row] = await read_all(database_url, Subject.TRADES, tmp_path)
        [entry] = [row for row in await read_all(database_url, Subject.JOURNAL, tmp_path) if row["stream"] == "TRADE"]
    assert (row["initialStopLoss"], row["rMultiple"], row["exitReason"]) == (None, None, "MANUAL")
    assert "initialStop" not in entry["event"]["trade"]


async def test_one_session_is_exported_alone_with_its_journal(
    client: Client, database_url: str, tmp_path: Path
) -> None:
    assert {row["session"] for row in await read_all(database_url, Subject.TRADES, tmp_path, 2)} == {2}
    one = await read_all(database_url, Subject.JOURNAL, tmp_path, 1)
    two = await read_all(database_url, Subject.JOURNAL, tmp_path, 2)
    assert (one[0]["kind"], one[-1]["kind"], two[0]["kind"]) == ("OPENED", "SESSION_ENDED", "SESSION_STARTED")
    whole = await read_all(database_url, Subject.JOURNAL, tmp_path)
    assert one + two == whole


async def test_an_export_prints_the_head_of_a_record_that_contains_it(
    client: Client, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def export_message(session: int | None) -> str:
        await exported(database_url, Subject.TRADES, FileFormat.CSV, tmp_path, session)
        return capsys.readouterr().err

    async with client.database.connect() as connection:
        newest = Head.of((await connection.execute(select(tables.desk))).one())
    assert await export_message(None) == await export_message(2) == f"Head {newest}\n"
    path = tmp_path / "session.jsonl"
    await exporting.export_session(ServerSettings(database_url=database_url), "default", 1, path)
    head = json.loads(path.read_text().splitlines()[0])["head"]
    assert capsys.readouterr().err == await export_message(1) == f"Head {head}\n"
    assert int(head.partition(":")[0]) < newest.ordinal
    assert (await verification(database_url, head))[0] == 0


async def test_a_session_goes_to_a_gzipped_file_whole_or_to_a_device_as_it_is(
    client: Client, database_url: str, tmp_path: Path
) -> None:
    settings, path = ServerSettings(database_url=database_url), tmp_path / "session.jsonl.gz"
    await exporting.export_session(settings, "default", 1, path)
    await exporting.export_session(settings, "default", 1, Path(os.devnull))
    result = await asyncio.to_thread(run_files, Exported(path), wall_clock, QUIET)
    assert len(result.trades) == 3
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


async def test_a_missing_session_is_reported_and_leaves_no_file(
    client: Client, database_url: str, tmp_path: Path
) -> None:
    settings = ServerSettings(database_url=database_url)
    folder = tmp_path / "exports"
    folder.mkdir()
    path = folder / "out"
    with pytest.raises(NothingToExport, match="there is no account 'nobody'"):
        await exporting.export_session(settings, "nobody", 1, path)
    with pytest.raises(NothingToExport, match="account default has sessions 1 to 2, and no session 3"):
        await exporting.export_session(settings, "default", 3, path)
    with pytest.raises(NothingToExport, match="and no session 9"):
        await exporting.export_rows(settings, Subject.FILLS, FileFormat.CSV, "default", 9, path)
    with pytest.raises(BadArgument, match=r"cannot write .*: No such file or directory"):
        await exporting.export_rows(settings, Subject.FILLS, FileFormat.CSV, "default", 1, folder / "no" / "out")
    assert os.listdir(folder) == []


def test_text_that_looks_like_a_formula_is_marked_and_numbers_stay_numbers() -> None:
    columns = [Column("text", Kind.TEXT), Column("money", Kind.MONEY), Column("whole", Kind.WHOLE)]
    file = io.BytesIO()
    out = writer(FileFormat.CSV, columns, file)
    out.write([(text, Decimal("-1.50"), -7) for text in ("plain", "a=b", "'quoted'", *FORMULAS)])
    out.close()
    rows = list(csv.DictReader(io.StringIO(file.getvalue().decode(), newline="")))
    assert [row["text"] for row in rows] == ["plain", "a=b", "'quoted'", *(f"'{formula}" for formula in FORMULAS)]
    assert {(row["money"], row["whole"]) for row in rows} == {("-1.5", "-7")}


async def test_a_campaign_that_looks_like_a_formula_is_marked_in_csv_alone(
    client: Client, database_url: str, tmp_path: Path
) -> None:
    await client.do("executeSignal", **signal_json(campaignId="=1+1"))
    await client.do("disable")
    as_json = (await exported(database_url, Subject.TRADES, FileFormat.JSON, tmp_path)).read_text().splitlines()
    as_csv = (await exported(database_url, Subject.TRADES, FileFormat.CSV, tmp_path)).read_text()
    assert json.loads(as_json[-1])["campaignId"] == "=1+1"
    last = list(csv.DictReader(io.StringIO(as_csv)))[-1]
    assert (last["campaignId"], last["realizedPnl"][0]) == ("'=1+1", "-")
