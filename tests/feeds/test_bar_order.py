"""The order of a file's rows: sorting is reported, and rows that overlap are named."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.feeds.bar_files import HEADER, MONDAY, SEVERAL, TIMES, TUESDAY, a_file, complaint, opened, read

NEWEST_FIRST = "the file is newest first: its rows are taken oldest first"
NO_ORDER = "the rows are not in order of time: they are taken oldest first"
WEDNESDAY = "2024-01-10,12,14,11,13,3000\n"


@pytest.mark.parametrize(
    ("rows", "note"),
    [
        (MONDAY + TUESDAY + WEDNESDAY, []),
        (WEDNESDAY + TUESDAY + MONDAY, [NEWEST_FIRST]),
        (WEDNESDAY + MONDAY + TUESDAY, [NO_ORDER]),
    ],
)
def test_rows_are_taken_oldest_first_and_reordering_is_reported(tmp_path: Path, rows: str, note: list[str]) -> None:
    with opened(a_file(tmp_path, HEADER + rows)) as bars:
        assert [row.bar.start.day for row in bars.bars()] == [8, 9, 10]
        assert bars.notes == note


def test_the_order_is_looked_at_symbol_by_symbol(tmp_path: Path) -> None:
    blocks = "".join(f"{symbol},2024-01-{day:02},1,1,1,1\n" for symbol in "AB" for day in (10, 9, 8))
    with opened(a_file(tmp_path, SEVERAL.splitlines()[0] + "\n" + blocks), symbol=None) as bars:
        assert bars.notes == [NEWEST_FIRST]
        assert [row.bar.start.day for row in bars.bars()] == [8, 8, 9, 9, 10, 10]


def test_the_same_row_again_counts_once(tmp_path: Path) -> None:
    with opened(a_file(tmp_path, HEADER + MONDAY + MONDAY.replace("1000", "1000.00") + TUESDAY + MONDAY)) as bars:
        assert [row.line for row in bars.bars()] == [2, 4]
        assert bars.report.sentences() == []
        assert bars.remarks()[1:] == [f"bars.csv: {NO_ORDER}", "bars.csv: duplicate lines: 3, 5"]


def test_a_row_of_the_same_time_with_other_figures_is_named_and_the_first_is_taken(tmp_path: Path) -> None:
    other = MONDAY.replace("1000", "1001")
    with opened(a_file(tmp_path, HEADER + TUESDAY + other + MONDAY)) as bars:
        assert [(row.line, row.bar.volume) for row in bars.bars()] == [(3, Decimal(1001)), (2, Decimal(2000))]
        assert bars.report.sentences() == [
            "line 4: conflict: line 3 has other figures for the same time, and is the one that is taken"
        ]


def test_a_row_inside_another_bar_is_named_where_most_rows_are_not(tmp_path: Path) -> None:
    days = "".join(f"2024-01-{day:02}T00:00Z,1,1,1,1\n" for day in range(1, 21))
    with opened(a_file(tmp_path, TIMES + days + "2024-01-20T16:00Z,1,1,1,1\n")) as bars:
        assert len(list(bars.bars())) == 20
        assert bars.report.sentences() == [
            "line 22: unusable: the bar starts at 2024-01-20T16:00Z, before that of line 21 ends, 2024-01-21T00:00Z"
        ]
        assert str(bars.interval) == "1d"


def test_a_long_file_is_sorted(tmp_path: Path) -> None:
    times = [f"2024-01-08T{hour:02}:{minute:02}Z" for hour in range(24) for minute in range(60)]
    rows = "".join(f"{time},10.5,12.25,9.125,11.0625\n" for time in reversed(times))
    with opened(a_file(tmp_path, TIMES + rows)) as bars:
        starts = [row.bar.start for row in bars.bars()]
    assert len(starts) == 1440
    assert starts == sorted(starts)


def test_an_interval_in_which_all_rows_overlap_is_refused(tmp_path: Path) -> None:
    hours = "".join(f"2024-01-08T{hour:02}:00Z,1,1,1,1\n" for hour in range(10))
    assert complaint(a_file(tmp_path, TIMES + hours), interval="1d") == (
        "the rows are 1h apart, which --interval 1d contradicts"
    )
    assert len(read(a_file(tmp_path, TIMES + hours), interval="1h")) == 10
