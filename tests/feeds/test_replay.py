"""A file of bars on its way into a desk."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from api.client import DeskClient, DeskError
from api.feeds.pace import Pace, parse_speed
from api.feeds.replay import ReplayResult, replay, send_bars
from api.files.bar_file import BarFile, checked
from api.files.intervals import Interval, parse_timezone
from api.files.unusable import UnusableBars
from tests.service.feed_desk import FeedDesk, LossyTransport, served

HEADER = "date,open,high,low,close\n"


class Screen(Console):
    def __init__(self, width: int = 200) -> None:
        self.text = io.StringIO()
        super().__init__(file=self.text, width=width)

    def lines(self) -> list[str]:
        """What was printed, a table's cells with a space between; progress, frames and headings are left out."""
        text = self.text.getvalue().translate(str.maketrans("│", " "))
        lines = [" ".join(line.split()) for line in text.splitlines()]
        return [line for line in lines if line and line != "bars.csv" and not set(line) & set("━─┃")]


def rows(count: int, close: int = 11) -> str:
    days = (datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(count))
    return "".join(f"{day:%Y-%m-%d},10,12,9,{close}\n" for day in days)


def a_file(folder: Path, text: str) -> Path:
    path = folder / "bars.csv"
    path.write_text(text)
    return path


async def send(
    path: Path,
    desk: FeedDesk,
    *,
    batch: int = 4,
    speed: float | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    screen: Screen | None = None,
) -> ReplayResult:
    with checked(BarFile(path, symbol="AAPL")) as bars:
        async with DeskClient("http://desk.test", transport=transport or desk.transport(), pauses=()) as client:
            return await send_bars(bars, client=client, console=screen or Screen(), speed=speed, batch=batch)


def counts(result: ReplayResult) -> dict[str, int]:
    return {outcome.value: rows for outcome, rows in result.report.counts.items() if rows}


async def test_a_message_about_a_row_stays_on_one_line_however_narrow_the_screen(tmp_path: Path) -> None:
    screen = Screen(width=40)
    await send(a_file(tmp_path, HEADER + rows(3) + "2024-01-04,10,12,9,13\n"), FeedDesk(), screen=screen)
    assert "bars.csv line 5: unusable: close must lie between low and high" in screen.text.getvalue().splitlines()


async def test_a_file_is_sent_in_batches(tmp_path: Path) -> None:
    desk, screen = FeedDesk(), Screen()
    result = await send(a_file(tmp_path, HEADER + rows(10)), desk, screen=screen)
    assert [len(batch) for batch in desk.batches] == [4, 4, 2]
    assert counts(result) == {"applied": 10}
    assert result.clean
    assert screen.lines() == [
        "bars.csv: 10 bars of AAPL, 1d each, 2024-01-01T00:00Z to 2024-01-11T00:00Z",
        "applied 10",
        "duplicate 0",
        "late 0",
        "conflict 0",
        "unusable 0",
        "0 fills",
    ]


async def test_a_second_run_applies_nothing_twice(tmp_path: Path) -> None:
    desk, screen, path = FeedDesk(), Screen(), a_file(tmp_path, HEADER + rows(10))
    await send(path, desk)
    result = await send(path, desk, screen=screen)
    assert counts(result) == {"duplicate": 10}
    assert result.clean
    assert "duplicate 10 on the server before" in screen.lines()
    assert len(desk.bars) == 10


async def test_a_row_that_is_no_bar_is_named_and_the_rest_is_sent(tmp_path: Path) -> None:
    desk, screen = FeedDesk(), Screen()
    path = a_file(tmp_path, HEADER + rows(6) + "2024-01-07,10,9,12,11\n2024-01-08,10,12,9,11\noops,10,12,9,11\n")
    result = await send(path, desk, screen=screen)
    assert counts(result) == {"applied": 7, "unusable": 2}
    assert result.clean
    assert [line for line in screen.lines() if "unusable" in line] == [
        "bars.csv line 8: unusable: open must lie between low and high",
        "bars.csv line 10: unusable: 'oops' is neither a date like 2004-08-19 nor an ISO 8601 date and time",
        "unusable 2 8, 10",
    ]


async def test_a_file_that_is_newest_first_is_sent_oldest_first_and_says_so(tmp_path: Path) -> None:
    desk, screen = FeedDesk(), Screen()
    newest_first = "".join(reversed(rows(5).splitlines(keepends=True)))
    await send(a_file(tmp_path, HEADER + newest_first), desk, screen=screen)
    assert [start[:10] for batch in desk.batches for start in batch] == [f"2024-01-0{day}" for day in range(1, 6)]
    assert screen.lines()[1] == "the file is newest first: its rows are taken oldest first"


async def test_rejected_bars_are_named_by_their_lines(tmp_path: Path) -> None:
    desk, screen = FeedDesk(), Screen()
    await send(a_file(tmp_path, HEADER + "2024-01-04,10,12,9,11\n2024-01-05,10,12,9,11\n"), desk)
    path = a_file(tmp_path, HEADER + rows(6).replace("2024-01-04,10,12,9,11", "2024-01-04,10,12,9,12"))
    result = await send(path, desk, batch=5, screen=screen)
    assert counts(result) == {"late": 3, "conflict": 1, "duplicate": 1, "applied": 1}
    assert not result.clean
    assert screen.lines()[1:] == [
        "bars.csv line 2: late: late bar",
        "bars.csv line 3: late: late bar",
        "bars.csv line 4: late: late bar",
        "bars.csv line 5: conflict: conflict bar",
        "applied 1",
        "duplicate 1 on the server before",
        "late 3 2-4",
        "conflict 1 5",
        "unusable 0",
        "0 fills",
    ]


async def test_only_the_first_rejected_bars_are_printed(tmp_path: Path) -> None:
    desk, screen = FeedDesk(), Screen()
    await send(a_file(tmp_path, HEADER + rows(30)), desk)
    await send(a_file(tmp_path, HEADER + rows(30, close=12)), desk, screen=screen)
    assert screen.lines()[20:22] == ["bars.csv line 21: conflict: conflict bar", "bars.csv … and 10 more"]
    assert "conflict 30 2-31" in screen.lines()


async def test_duplicates_in_the_file_are_counted_apart_from_those_that_the_server_has(tmp_path: Path) -> None:
    desk, screen, path = FeedDesk(), Screen(), a_file(tmp_path, HEADER + rows(3) + rows(1))
    first = await send(path, desk, screen=screen)
    assert counts(first) == {"applied": 3, "duplicate": 1}
    assert "duplicate 1 5" in screen.lines()
    await send(path, desk, screen=screen)
    assert "duplicate 4 5; 3 on the server before" in screen.lines()


async def test_a_server_lost_on_the_way_is_reported_with_the_progress(tmp_path: Path) -> None:
    desk = FeedDesk()
    path = a_file(tmp_path, HEADER + rows(10))
    with pytest.raises(DeskError) as caught:
        await send(path, desk, transport=LossyTransport(desk.transport(), refused=range(3, 100)))
    assert str(caught.value).endswith("; the server has the first 8 of 10 bars")
    assert counts(await send(path, desk)) == {"applied": 2, "duplicate": 8}


@pytest.mark.parametrize(
    ("text", "strict", "expected"),
    [
        (None, False, "cannot be read: No such file or directory"),
        (HEADER + rows(3) + "oops,1,1,1,1\n", True, "line 5: unusable: 'oops' is neither a date like 2004-08-19 nor"),
        (HEADER + rows(3) + "2024-01-04 10:00,1,1,1,1\n", False, "line 5: '2024-01-04 10:00' has no UTC offset"),
    ],
)
async def test_of_a_file_that_cannot_be_used_nothing_is_sent(
    tmp_path: Path, text: str | None, strict: bool, expected: str
) -> None:
    desk, path = FeedDesk(), tmp_path / "none.csv" if text is None else a_file(tmp_path, text)
    async with served(desk) as url:
        with pytest.raises(UnusableBars) as caught:
            await replay(BarFile(path, symbol="AAPL"), url=url, console=Screen(), strict=strict)
    assert str(caught.value).startswith(f"{path.name}: {expected}")
    assert str(caught.value).endswith("; nothing was sent")
    assert desk.batches == []


async def test_a_speed_makes_the_batches_smaller(tmp_path: Path) -> None:
    desk = FeedDesk()
    await send(a_file(tmp_path, HEADER + rows(700)), desk, speed=4_000, batch=500)
    assert [len(batch) for batch in desk.batches] == [500, 200]
    await send(a_file(tmp_path, HEADER + rows(700)), desk, speed=1_200, batch=500)
    assert [len(batch) for batch in desk.batches] == [500, 200, 300, 300, 100]


async def test_a_file_is_replayed_to_a_server_at_a_url(tmp_path: Path) -> None:
    desk = FeedDesk()
    path = a_file(tmp_path, HEADER.replace("date", "time") + "2024-01-08 09:30,10,12,9,11\n")
    async with served(desk) as url:
        result = await replay(
            BarFile(path, Interval.parse("15m"), "AAPL", parse_timezone("America/New_York")),
            url=url,
            speed=parse_speed("max"),
            console=Screen(),
            token="ticket",  # noqa: S106
        )
    assert (counts(result), result.clean, desk.tokens) == ({"applied": 1}, True, ["Bearer ticket"])
    assert list(desk.bars) == [("AAPL", "2024-01-08T14:30:00+00:00")]


def test_a_pace_makes_each_bar_due_after_the_one_before() -> None:
    clock = iter([0.0, 0.0, 0.1, 1.5])
    pace = Pace(2, now=lambda: next(clock))
    assert [pace.seconds_after(1) for _ in range(3)] == [0.5, 0.9, 0.0]


def test_a_pace_catches_up_a_second_of_a_stall_and_no_more() -> None:
    clock = iter([0.0, 100.0, 100.0, 100.0])
    pace = Pace(2, now=lambda: next(clock))
    assert [pace.seconds_after(1) for _ in range(3)] == [0.0, 0.0, 0.5]


def test_without_a_speed_nothing_waits() -> None:
    pace = Pace(None, now=lambda: 0.0)
    assert (pace.seconds_after(1_000), pace.batch(500)) == (0.0, 500)


@pytest.mark.parametrize(("text", "speed"), [("max", None), ("2", 2.0), ("0.5", 0.5), ("1000", 1000.0)])
def test_a_speed_is_bars_per_second_or_max(text: str, speed: float | None) -> None:
    assert parse_speed(text) == speed


@pytest.mark.parametrize("text", ["", "0", "0.0", "-1", "nan", "inf", "fast", "1e3"])
def test_a_malformed_speed_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"speed must be bars per second, such as 2 or 0\.5, or max; not '"):
        parse_speed(text)
