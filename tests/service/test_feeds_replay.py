"""A file of bars on its way into a desk."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from api.feeds.bars_csv import read_bars
from api.feeds.client import DeskClient, FeedError
from api.feeds.intervals import Interval, parse_timezone
from api.feeds.pace import Pace, parse_speed
from api.feeds.replay import RejectedRow, ReplayResult, replay, send_file
from tests.service.feed_desk import FeedDesk, LossyTransport, served

HEADER = "date,open,high,low,close\n"


class Screen(Console):
    def __init__(self) -> None:
        self.text = io.StringIO()
        super().__init__(file=self.text, width=200)

    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.text.getvalue().splitlines() if "━" not in line]


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
    bars = read_bars(path, interval=Interval.parse("1d"), symbol="AAPL")
    async with DeskClient("http://desk.test", transport=transport or desk.transport(), pauses=()) as client:
        return await send_file(path, bars, client=client, console=screen or Screen(), speed=speed, batch=batch)


async def test_a_file_is_sent_in_batches(tmp_path: Path) -> None:
    desk, screen = FeedDesk(), Screen()
    result = await send(a_file(tmp_path, HEADER + rows(10)), desk, screen=screen)
    assert [len(batch) for batch in desk.batches] == [4, 4, 2]
    assert result == ReplayResult(sent=10, applied=10, duplicate=0, fills=0, rejected=(), bad_row=None)
    assert result.clean
    assert screen.lines() == ["10 bars sent: 10 applied, 0 duplicate, none rejected; 0 fills"]


async def test_a_second_run_applies_nothing_twice(tmp_path: Path) -> None:
    desk, path = FeedDesk(), a_file(tmp_path, HEADER + rows(10))
    await send(path, desk)
    result = await send(path, desk)
    assert (result.sent, result.applied, result.duplicate, result.clean) == (10, 0, 10, True)
    assert len(desk.bars) == 10


async def test_a_bad_row_ends_the_replay_after_what_came_before_it(tmp_path: Path) -> None:
    desk, screen = FeedDesk(), Screen()
    path = a_file(tmp_path, HEADER + rows(6) + "2024-01-07,10,9,12,11\n2024-01-08,10,12,9,11\n")
    result = await send(path, desk, screen=screen)
    assert (result.sent, result.applied, result.clean) == (6, 6, False)
    assert str(result.bad_row) == "line 8: open must lie between low and high"
    assert [len(batch) for batch in desk.batches] == [4, 2]
    assert screen.lines() == [
        "bars.csv line 8: open must lie between low and high; what came before it was sent",
        "6 bars sent: 6 applied, 0 duplicate, none rejected; 0 fills",
    ]


async def test_a_bad_row_at_the_end_of_a_batch_loses_nothing(tmp_path: Path) -> None:
    desk = FeedDesk()
    result = await send(a_file(tmp_path, HEADER + rows(4) + "oops,10,12,9,11\n"), desk)
    assert (result.sent, result.bad_row and result.bad_row.line, len(desk.bars)) == (4, 6, 4)


async def test_rejected_bars_are_named_by_their_lines(tmp_path: Path) -> None:
    desk, screen = FeedDesk(), Screen()
    await send(a_file(tmp_path, HEADER + "2024-01-04,10,12,9,11\n2024-01-06,10,12,9,11\n"), desk)
    path = a_file(tmp_path, HEADER + rows(6).replace("2024-01-04,10,12,9,11", "2024-01-04,10,12,9,12"))
    result = await send(path, desk, batch=5, screen=screen)
    assert result.rejected == (
        RejectedRow(2, "LATE", "late bar"),
        RejectedRow(3, "LATE", "late bar"),
        RejectedRow(4, "LATE", "late bar"),
        RejectedRow(5, "CONFLICT", "conflict bar"),
        RejectedRow(6, "LATE", "late bar"),
    )
    assert (result.applied, result.duplicate, result.clean) == (0, 1, False)
    assert screen.lines()[0] == "bars.csv line 2: LATE: late bar"
    assert screen.lines()[-1] == "6 bars sent: 0 applied, 1 duplicate, 1 conflict, 4 late; 0 fills"


async def test_many_rejected_bars_do_not_flood_the_screen(tmp_path: Path) -> None:
    desk, screen = FeedDesk(), Screen()
    await send(a_file(tmp_path, HEADER + rows(30)), desk)
    result = await send(a_file(tmp_path, HEADER + rows(30, close=12)), desk, screen=screen)
    assert len(result.rejected) == 30
    assert screen.lines()[19:] == [
        "bars.csv line 21: CONFLICT: conflict bar",
        "… and 10 more rejected",
        "30 bars sent: 0 applied, 0 duplicate, 30 conflict; 0 fills",
    ]


async def test_a_server_lost_on_the_way_is_said_with_how_far_the_file_got(tmp_path: Path) -> None:
    desk = FeedDesk()
    path = a_file(tmp_path, HEADER + rows(10))
    with pytest.raises(FeedError) as caught:
        await send(path, desk, transport=LossyTransport(desk.transport(), refused=range(3, 100)))
    assert str(caught.value).endswith("; the server has the file up to line 9")
    result = await send(path, desk)
    assert (result.applied, result.duplicate) == (2, 8)


async def test_a_file_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(FeedError) as caught:
        await send(tmp_path / "none.csv", FeedDesk())
    assert str(caught.value) == f"cannot read {tmp_path / 'none.csv'}: No such file or directory"


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
            path,
            url=url,
            symbol="AAPL",
            interval=Interval.parse("15m"),
            timezone=parse_timezone("America/New_York"),
            speed=parse_speed("max"),
            console=Screen(),
            token="ticket",  # noqa: S106
        )
    assert (result.applied, result.clean, desk.tokens) == (1, True, ["Bearer ticket"])
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
def test_what_is_no_speed_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"speed must be bars per second, such as 2 or 0\.5, or max; not '"):
        parse_speed(text)
