"""What `papertape inspect` shows of a file of bars."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from api.cli.inspecting import inspect
from api.files.text_file import BadFile
from tests.files.reading import said, written

HEADER = "Date,Time,Open,High,Low,Close\n"


async def shown(path: Path, **options: str) -> list[str]:
    """The lines below the table, and those of it that show bars."""
    text = StringIO()
    assert await inspect(path, said(options), Console(file=text, width=80)) == 0
    return [line for line in text.getvalue().splitlines() if line and line[0] not in "┏┡├└┃"]


async def test_the_first_and_the_last_bars_gaps_and_sessions_are_shown(tmp_path: Path) -> None:
    clocks = {"03": ("09:30", "10:30", "11:30"), "04": ("09:30", "11:30"), "05": ("09:30", "10:30", "11:30")}
    rows = "".join(f"2031-03-{day},{clock},2,3,1,2\n" for day, times in clocks.items() for clock in times)
    lines = await shown(written(tmp_path, HEADER + rows), symbol="XYZ", timezone="America/New_York")
    assert [line.split("│")[1:5] for line in lines if line.startswith("│")] == [
        [f"    {line} ", " XYZ    ", f" 2031-03-{start}Z ", f" 2031-03-{end}Z "]
        for line, start, end in (
            (2, "03T14:30", "03T15:30"),
            (3, "03T15:30", "03T16:30"),
            (4, "03T16:30", "03T17:30"),
            (7, "05T14:30", "05T15:30"),
            (8, "05T15:30", "05T16:30"),
            (9, "05T16:30", "05T17:30"),
        )
    ]
    assert lines[6:] == [
        "bars.csv: 8 bars of XYZ, 1h each, 2031-03-03T14:30Z to 2031-03-05T17:30Z",
        "gaps: 1 within a day, 2 between days; the longest: 21h of XYZ from 2031-03-04T17:30Z; 21h of XYZ from "
        "2031-03-03T17:30Z; 1h of XYZ from 2031-03-04T15:30Z",
        "sessions, in America/New_York: 09:30 to 12:30 on 3 of 3 days",
    ]


async def test_duplicates_broken_rows_and_what_was_recognised_are_said(tmp_path: Path) -> None:
    rows = "2031-03-13,2,3,1,2,2,5\n2031-03-13,2,3,1,2,2,5\n2031-03-14,null,null,null,null,null,null\n"
    path = written(tmp_path, "Date,Open,High,Low,Close,Adj Close,Volume\n" + rows)
    assert (await shown(path, symbol="XYZ"))[1:] == [
        "bars.csv: 1 bar of XYZ, 1d each, 2031-03-13T00:00Z to 2031-03-14T00:00Z",
        "bars.csv: Yahoo, 1d, without Adj Close",
        "bars.csv: line 4: unusable: open is missing",
        "bars.csv: duplicate lines: 3",
        "no gaps",
    ]


async def test_what_a_file_does_not_say_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(BadFile) as caught:
        await shown(written(tmp_path, "2031.03.03,09:00,2,3,1,2,7\n"))
    assert str(caught.value) == (
        "bars.csv line 1: MetaTrader 4: the rows have no symbol: name the symbol with --symbol; its times have no UTC "
        "offset: name their zone with --timezone"
    )


async def test_the_zone_of_sessions_is_the_one_that_the_program_has(tmp_path: Path) -> None:
    rows = "20310303 093000;2;3;1;2;0\n20310303 093100;2;3;1;2;0\n"
    assert (await shown(written(tmp_path, rows), symbol="XYZ"))[-1] == (
        "sessions, in Etc/GMT+5: 09:30 to 09:32 on 1 of 1 day"
    )
