"""Signals as people and programs write them: as in the API's own words, or refused with what would be right."""

import io
from pathlib import Path

import pytest

from api.files.signal_file import Schedule, read_schedule
from api.files.text_file import BadFile, opened
from tests.files.reading import written

PLAIN = "symbol,side,timestamp,stopLoss,target1,quantity\nXYZ,LONG,2031-03-13T21:00:00Z,95,110,10\n"


def schedule(path: Path) -> Schedule:
    with opened(path) as file:
        return read_schedule("default", path, file)


def refused(path: Path) -> str:
    with pytest.raises(BadFile) as caught:
        schedule(path)
    return str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        "\ufeff" + PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("symbol,side,timestamp,stopLoss,target1", "Symbol,SIDE,Timestamp,StopLoss,Target1"),
        PLAIN.replace("stopLoss,target1", "stop_loss,target_1"),
        PLAIN.replace("stopLoss,target1", "Stop Loss,Target 1"),
        PLAIN.replace("LONG", "long"),
        PLAIN.replace("2031-03-13T21:00:00Z", "1931202000"),
        PLAIN.replace("2031-03-13T21:00:00Z", "1931202000000"),
        PLAIN.replace("2031-03-13T21:00:00Z", "1931202000.0"),
        PLAIN.replace(",10\n", ",10.0\n"),
        PLAIN.replace("95", "9.5e1"),
        ",symbol,side,timestamp,stopLoss,target1,quantity\n0,XYZ,LONG,2031-03-13T21:00:00Z,95,110,10\n",
        "Unnamed: 0,symbol,side,timestamp,stopLoss,target1,quantity\n0,XYZ,LONG,2031-03-13T21:00:00Z,95,110,10\n",
        *(
            "symbol,side,timestamp,stopLoss,target1,target2,quantity\n"
            f"XYZ,LONG,2031-03-13T21:00:00Z,95,110,{absent},10\n"
            for absent in ("", "nan", "NaN", "None", "null", "<NA>", "NaT")
        ),
    ],
)
def test_a_row_is_read_in_many_notations(tmp_path: Path, text: str) -> None:
    [plain] = schedule(written(tmp_path, PLAIN, "plain.csv")).rows
    [row] = schedule(written(tmp_path, text, "signals.csv")).rows
    assert (row.command, row.timestamp) == (plain.command, plain.timestamp)


def test_a_file_of_utf_16_is_read(tmp_path: Path) -> None:
    [plain] = schedule(written(tmp_path, PLAIN, "plain.csv")).rows
    [row] = schedule(written(tmp_path, PLAIN, "signals.csv", "utf-16")).rows
    assert row.command == plain.command


def test_json_lines_are_read_in_many_notations(tmp_path: Path) -> None:
    text = (
        '{"Symbol":"XYZ","side":"Buy","timestamp":1931202000,"stop_loss":9.5e1,"target_1":110.0,"target2":null,'
        '"quantity":"10.0","break_even_after_target_1":"False"}'
    )
    read = schedule(written(tmp_path, text, "signals.jsonl"))
    [plain] = schedule(written(tmp_path, PLAIN, "plain.csv")).rows
    assert read.rows[0].timestamp == plain.timestamp
    assert read.rows[0].symbol == "XYZ"
    assert read.notes == ["signals.jsonl: side BUY is read as LONG"]


@pytest.mark.parametrize(("side", "meaning"), [("BUY", "LONG"), ("sell", "SHORT")])
def test_buy_and_sell_are_sides_and_that_is_said(tmp_path: Path, side: str, meaning: str) -> None:
    levels = "95,110" if meaning == "LONG" else "110,95"
    plain = PLAIN.replace("95,110", levels).replace("LONG", meaning)
    read = schedule(written(tmp_path, plain.replace(meaning, side), "signals.csv"))
    assert read.rows[0].command == schedule(written(tmp_path, plain, "plain.csv")).rows[0].command
    assert read.notes == [f"signals.csv: side {side.upper()} is read as {meaning}"]


@pytest.mark.parametrize("truth", ["True", "TRUE", "true"])
def test_a_switch_is_read_as_pandas_writes_it(tmp_path: Path, truth: str) -> None:
    def text(word: str) -> str:
        return PLAIN.replace("quantity", "quantity,breakEvenAfterTarget1").replace(",10\n", f",10,{word}\n")

    [row] = schedule(written(tmp_path, text(truth), "signals.csv")).rows
    assert row.command == schedule(written(tmp_path, text("true"), "plain.csv")).rows[0].command


def test_a_note_is_kept_to_the_letter(tmp_path: Path) -> None:
    text = PLAIN.replace("quantity", "quantity,note").replace(",10\n", ",10,None\n")
    with opened(written(tmp_path, text, "signals.csv")) as file:
        [row] = read_schedule("default", tmp_path / "signals.csv", io.StringIO(file.read())).rows
    assert "note='None'" in repr(row.command)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            PLAIN.replace("2031-03-13T21:00:00Z", "2031-03-13"),
            "timestamp 2031-03-13 is a day without a time: say when on it, as in 2031-03-13T21:00:00Z",
        ),
        (
            PLAIN.replace("2031-03-13T21:00:00Z", "2031-03-13 16:00"),
            "timestamp '2031-03-13 16:00' has no UTC offset: end it with Z or an offset such as +01:00, or name its "
            "zone with --timezone",
        ),
        (PLAIN.replace("LONG", "up"), "side must be LONG or SHORT, not 'UP'"),
        (PLAIN.replace("target1", "stop_loss"), "two fields say stopLoss: leave one of them out"),
        (PLAIN.replace("target1", "target3"), "there is no field 'target3': is it target2?"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_would_be_right(tmp_path: Path, text: str, sentence: str) -> None:
    assert refused(written(tmp_path, text, "signals.csv")) == f"signals.csv line 2: {sentence}"
