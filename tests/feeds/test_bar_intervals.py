"""The interval of a file's bars: as its rows show, in their time zone where it is days, weeks or months."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from api.files.intervals import Interval, parse_timezone
from tests.feeds.bar_files import TIMES, a_file, complaint, named, opened, read, spans, utc

NEW_YORK = "America/New_York"
UNKNOWN_INTERVAL = "the rows do not tell how long a bar is: say it with --interval, as in 1h"


def rows(times: Iterable[str]) -> str:
    """A file of bars that begin then; each has a price of its own."""
    return TIMES + "".join(f"{time},{price},{price},{price},{price}\n" for price, time in enumerate(times, 1))


def every(length: timedelta, count: int, first: datetime = datetime(2024, 1, 8)) -> list[str]:
    return [f"{first + number * length:%Y-%m-%dT%H:%M:%SZ}" for number in range(count)]


def weekdays(count: int) -> list[str]:
    days = (date(2024, 1, 8) + timedelta(days=number) for number in range(2 * count))
    return [day.isoformat() for day in days if day.weekday() < 5][:count]


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30s", timedelta(seconds=30)),
        ("1m", timedelta(minutes=1)),
        ("15m", timedelta(minutes=15)),
        ("4h", timedelta(hours=4)),
        ("1d", timedelta(days=1)),
        ("1w", timedelta(weeks=1)),
    ],
)
def test_an_interval_is_a_count_and_a_unit(text: str, length: timedelta) -> None:
    assert Interval.parse(text) == Interval(length)
    assert str(Interval(length)) == text


def test_an_interval_may_be_of_months() -> None:
    assert Interval.parse("3mo") == Interval(months=3)
    assert str(Interval(months=3)) == "3mo"
    assert Interval(months=1).wall_end(datetime(2024, 1, 31)) == datetime(2024, 2, 29)
    assert Interval(months=13).wall_end(datetime(2023, 12, 1)) == datetime(2025, 1, 1)


@pytest.mark.parametrize("text", ["", "0d", "1", "d", "1M", "1.5h", "-1d", "99999d", "1 d"])
def test_a_malformed_interval_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="interval must be like 1m, 5m, 1h, 4h, 1d, 1w or 1mo, not '"):
        Interval.parse(text)


@pytest.mark.parametrize("text", ["", "Mars/Olympus", "../etc/passwd", "America"])
def test_an_unknown_timezone_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="timezone must be a name like UTC or America/New_York, not '"):
        parse_timezone(text)


@pytest.mark.parametrize(
    ("times", "interval"),
    [
        (["2024-01-08"], "1d"),
        (weekdays(12), "1d"),
        (["2024-01-05", "2024-01-08"], "1d"),  # Friday and Monday
        (["2024-07-03", "2024-07-05"], "1d"),  # around a holiday
        (every(timedelta(days=1), 3, datetime(2024, 1, 8, 5)), "1d"),
        (every(timedelta(days=3), 5), "3d"),
        (["2024-01-02", "2024-01-08", "2024-01-16", "2024-01-22", "2024-01-29"], "1w"),  # by the first trading day
        (every(timedelta(weeks=1), 2), "1w"),
        (["2024-01-01", "2024-02-01"], "1mo"),
        (["2024-01-02", "2024-02-01", "2024-03-01", "2024-04-01"], "1mo"),
        (["2024-01-01", "2024-04-01", "2024-07-01"], "3mo"),
        (["2021-01-01", "2022-01-01", "2024-01-01", "2025-01-01"], "12mo"),
        (every(timedelta(seconds=5), 3), "5s"),
        ([f"2024-01-0{day}T{hour:02}:30Z" for day in (8, 9) for hour in range(9, 16)], "1h"),
        ([f"2024-01-0{day}T{hour}:30Z" for day in (4, 5, 8) for hour in ("09", "13")], "4h"),
        (["2024-01-08T09:30Z", "2024-01-08T09:31Z", "2024-01-08T09:35Z", "2024-01-08T09:36Z"], "1m"),
    ],
)
def test_the_interval_follows_from_the_rows(tmp_path: Path, times: list[str], interval: str) -> None:
    with opened(a_file(tmp_path, rows(times))) as bars:
        assert str(bars.interval) == interval
        assert bars.count == len(times)


@pytest.mark.parametrize(
    ("times", "given"),
    [
        (["2024-01-08T09:30Z"], "1m"),
        (["2024-01-08", "2024-01-22"], "2w"),
        (["2024-01-08T09:30Z", "2024-01-08T16:00Z"], "390m"),
        (["2024-01-08T09:30Z", "2024-01-08T09:33Z", "2024-01-08T09:37Z", "2024-01-08T09:44Z"], "1m"),
        (["2024-01-08T09:30Z", "2024-01-08T09:35Z", "2024-01-08T09:40Z", "2024-01-08T09:42Z"], "1m"),
    ],
)
def test_an_interval_that_the_rows_do_not_show_is_asked_for(tmp_path: Path, times: list[str], given: str) -> None:
    path = a_file(tmp_path, rows(times))
    assert complaint(path) == UNKNOWN_INTERVAL
    assert len(read(path, interval=given)) == len(times)


def test_the_times_of_unusable_rows_count_for_the_interval(tmp_path: Path) -> None:
    path = a_file(tmp_path, TIMES + "2024-01-09T10:00Z,1,1,1,1\n2024-01-09T11:00Z,,,,\n2024-01-09T12:00Z,1,1,1,1\n")
    with opened(path) as bars:
        assert str(bars.interval) == "1h"


@pytest.mark.parametrize(
    ("times", "given", "apart"),
    [
        (every(timedelta(hours=1), 2), "1d", "1h"),
        (every(timedelta(hours=1), 4), "1m", "1h"),
        (weekdays(4), "1w", "1d"),
        (weekdays(2), "1h", "1d"),
        (["2024-01-08"], "1h", "1d"),
        (every(timedelta(weeks=1), 5), "1d", "1w"),
        (every(timedelta(days=1), 4), "1h", "1d"),
        (["2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01"], "1d", "1mo"),
    ],
)
def test_an_interval_that_the_rows_contradict_is_refused(
    tmp_path: Path, times: list[str], given: str, apart: str
) -> None:
    message = f"the rows are {apart} apart, which --interval {given} contradicts"
    assert complaint(a_file(tmp_path, rows(times)), interval=given) == message


@pytest.mark.parametrize(
    ("times", "given"),
    [
        (every(timedelta(days=1), 5, datetime(2024, 1, 8, 14, 30)), "390m"),  # a day's session
        (every(timedelta(hours=1), 2), "1m"),  # too few rows to show it
        (["2024-01-08T09:30Z", "2024-01-08T09:33Z", "2024-01-08T09:37Z", "2024-01-08T09:44Z"], "1m"),  # hardly traded
    ],
)
def test_a_shorter_interval_is_taken_where_it_may_be_right(tmp_path: Path, times: list[str], given: str) -> None:
    bars = [row.bar for row in read(a_file(tmp_path, rows(times)), interval=given)]
    assert {bar.end - bar.start for bar in bars} == {Interval.parse(given).length}


def test_a_time_with_an_offset_is_taken_as_it_is(tmp_path: Path) -> None:
    path = a_file(
        tmp_path, rows(["2024-01-08T09:30:00-05:00", "2024-01-08 14:35z", "2024-01-08t14:40:00.000000000+00"])
    )
    assert spans(read(path)) == [
        (utc(2024, 1, 8, 14, 30), utc(2024, 1, 8, 14, 35)),
        (utc(2024, 1, 8, 14, 35), utc(2024, 1, 8, 14, 40)),
        (utc(2024, 1, 8, 14, 40), utc(2024, 1, 8, 14, 45)),
    ]


def test_a_time_without_an_offset_is_of_the_zone_given_and_of_none_without(tmp_path: Path) -> None:
    path = a_file(tmp_path, rows(["2024-01-08 09:30", "2024-07-08 09:30"]))
    bars = read(path, interval="1h", timezone=NEW_YORK)
    assert [row.bar.start for row in bars] == [utc(2024, 1, 8, 14, 30), utc(2024, 7, 8, 13, 30)]
    assert complaint(path, interval="1h") == (
        "line 2: '2024-01-08 09:30' has no UTC offset: name its zone with --timezone"
    )


def test_an_offset_that_the_zone_does_not_have_then_is_refused(tmp_path: Path) -> None:
    path = a_file(tmp_path, rows(["2024-01-08 00:00:00-05:00", "2024-01-09 00:00:00-05:00"]))
    assert len(read(path, timezone=NEW_YORK)) == 2
    assert complaint(path, timezone="Europe/Berlin") == (
        "line 2: 2024-01-08T00:00:00-05:00 is no time of Europe/Berlin, where the clock showed "
        "2024-01-08T06:00:00+01:00 then"
    )


def test_a_day_lasts_as_long_as_its_zone_says(tmp_path: Path) -> None:
    path = a_file(tmp_path, rows(["2024-03-09", "2024-03-10", "2024-03-11"]))
    assert spans(read(path, timezone=NEW_YORK)) == [
        (utc(2024, 3, 9, 5), utc(2024, 3, 10, 5)),
        (utc(2024, 3, 10, 5), utc(2024, 3, 11, 4)),
        (utc(2024, 3, 11, 4), utc(2024, 3, 12, 4)),
    ]


WEEKS = [
    (utc(2024, 3, 4, 5), utc(2024, 3, 11, 4)),
    (utc(2024, 3, 11, 4), utc(2024, 3, 18, 4)),
    (utc(2024, 3, 18, 4), utc(2024, 3, 25, 4)),
]


@pytest.mark.parametrize(
    ("times", "timezone"),
    [
        (["2024-03-04", "2024-03-11", "2024-03-18"], NEW_YORK),
        (["2024-03-04 00:00:00", "2024-03-11 00:00:00", "2024-03-18 00:00:00"], NEW_YORK),
        (["2024-03-04 00:00:00-05:00", "2024-03-11 00:00:00-04:00", "2024-03-18 00:00:00-04:00"], None),
        (["2024-03-04 00:00:00-05:00", "2024-03-11 00:00:00-04:00", "2024-03-18 00:00:00-04:00"], NEW_YORK),
        (["2024-03-04T05:00:00Z", "2024-03-11T04:00:00Z", "2024-03-18T04:00:00Z"], NEW_YORK),
    ],
)
def test_weeks_meet_across_a_clock_change(tmp_path: Path, times: list[str], timezone: str | None) -> None:
    assert spans(read(a_file(tmp_path, rows(times)), timezone=timezone)) == WEEKS


def test_weeks_do_not_overlap_where_the_zone_is_not_known(tmp_path: Path) -> None:
    path = a_file(tmp_path, rows(["2024-03-04T05:00:00Z", "2024-03-11T04:00:00Z", "2024-03-18T04:00:00Z"]))
    assert spans(read(path)) == WEEKS


def test_days_meet_when_clocks_are_put_back(tmp_path: Path) -> None:
    offsets = ["2024-11-02T00:00-04:00", "2024-11-03T00:00-04:00", "2024-11-04T00:00-05:00"]
    assert spans(read(a_file(tmp_path, rows(offsets)))) == [
        (utc(2024, 11, 2, 4), utc(2024, 11, 3, 4)),
        (utc(2024, 11, 3, 4), utc(2024, 11, 4, 5)),
        (utc(2024, 11, 4, 5), utc(2024, 11, 5, 5)),
    ]


def test_four_hours_on_the_wall_meet_across_a_clock_change(tmp_path: Path) -> None:
    path = a_file(tmp_path, rows(["2024-03-09 20:00", "2024-03-10 00:00", "2024-03-10 04:00", "2024-03-10 08:00"]))
    assert spans(read(path, timezone=NEW_YORK)) == [
        (utc(2024, 3, 10, 1), utc(2024, 3, 10, 5)),
        (utc(2024, 3, 10, 5), utc(2024, 3, 10, 8)),
        (utc(2024, 3, 10, 8), utc(2024, 3, 10, 12)),
        (utc(2024, 3, 10, 12), utc(2024, 3, 10, 16)),
    ]


def test_a_month_ends_where_the_next_begins(tmp_path: Path) -> None:
    path = a_file(tmp_path, rows(["2024-01-02", "2024-02-01", "2024-03-01"]))
    assert spans(read(path, timezone=NEW_YORK)) == [
        (utc(2024, 1, 2, 5), utc(2024, 2, 1, 5)),
        (utc(2024, 2, 1, 5), utc(2024, 3, 1, 5)),
        (utc(2024, 3, 1, 5), utc(2024, 4, 1, 4)),
    ]


def test_a_day_begins_when_clocks_were_put_forward_over_its_midnight(tmp_path: Path) -> None:
    path = a_file(tmp_path, rows(["2017-10-14", "2017-10-15 00:00", "2017-10-16"]))
    assert spans(read(path, timezone="America/Sao_Paulo")) == [
        (utc(2017, 10, 14, 3), utc(2017, 10, 15, 3)),
        (utc(2017, 10, 15, 3), utc(2017, 10, 16, 2)),
        (utc(2017, 10, 16, 2), utc(2017, 10, 17, 2)),
    ]


def test_an_hour_that_clocks_skipped_is_refused(tmp_path: Path) -> None:
    for zone, times, line, shown in [
        (NEW_YORK, ["2024-03-10 01:00", "2024-03-10 02:00", "2024-03-10 03:00"], 3, "2024-03-10 02:00:00"),
        ("America/Sao_Paulo", ["2017-10-14 23:00", "2017-10-15 00:00", "2017-10-15 01:00"], 3, "2017-10-15 00:00:00"),
    ]:
        assert complaint(a_file(tmp_path, rows(times)), timezone=zone) == (
            f"line {line}: {shown} does not exist in {zone}, where clocks were put forward: "
            "if the times are of another zone, name it with --timezone"
        )


AUTUMN = ["2024-11-03 00:30", "2024-11-03 01:00", "2024-11-03 01:30"]


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize(
    ("walls", "starts"),
    [
        (["00:00", "01:00", "01:00", "02:00"], [(4, 0), (5, 0), (6, 0), (7, 0)]),
        (["00:30", "01:00", "01:30", "01:00", "01:30", "02:00"], [(4, 30), (5, 0), (5, 30), (6, 0), (6, 30), (7, 0)]),
        (["00:30", "01:30", "01:00", "02:00"], [(4, 30), (5, 30), (6, 0), (7, 0)]),
    ],
)
def test_the_hour_that_comes_twice_is_resolved_by_the_order_of_rows(
    tmp_path: Path, walls: list[str], starts: list[tuple[int, int]], newest_first: bool
) -> None:
    times = [f"2024-11-03 {wall}" for wall in walls]
    path = a_file(tmp_path, rows(reversed(times) if newest_first else times))
    bars = read(path, interval="30m", timezone=NEW_YORK)
    assert [row.bar.start for row in bars] == [utc(2024, 11, 3, *start) for start in starts]


def test_the_same_row_again_in_the_hour_that_comes_twice_counts_once(tmp_path: Path) -> None:
    walls = ["00:30", "01:00", "01:00", "01:30", "01:00", "01:30", "02:00"]
    text = TIMES + "".join(f"2024-11-03 {wall},1,1,1,1\n" for wall in walls)
    with opened(a_file(tmp_path, text), interval="30m", timezone=NEW_YORK) as bars:
        assert bars.remarks()[1:] == ["bars.csv: duplicate lines: 4"]
        assert [row.line for row in bars.bars()] == [2, 3, 5, 6, 7, 8]


@pytest.mark.parametrize(
    "walls", [["00:00", "01:00", "02:00"], ["02:00", "01:00", "03:00", "01:00"], ["00:00", "01:00", "01:00", "01:00"]]
)
def test_a_row_that_the_order_does_not_resolve_is_named_and_the_rest_is_taken(tmp_path: Path, walls: list[str]) -> None:
    path = a_file(tmp_path, rows(f"2024-11-03 {wall}" for wall in walls))
    with opened(path, interval="1h", timezone=NEW_YORK) as bars:
        assert bars.report.sentences() == [
            f"line {line}: unusable: 2024-11-03 01:00:00 comes twice in America/New_York, where clocks were put back, "
            "and the order of rows does not tell which it is: write its offset, or name another zone with --timezone"
            for line, wall in enumerate(walls, 2)
            if wall == "01:00"
        ]
        assert bars.count == len(walls) - walls.count("01:00")


def test_a_day_begins_at_the_first_of_two_midnights(tmp_path: Path) -> None:
    path = a_file(tmp_path, rows(["2024-11-02", "2024-11-03 00:00", "2024-11-04"]))
    assert spans(read(path, timezone="America/Havana")) == [
        (utc(2024, 11, 2, 4), utc(2024, 11, 3, 4)),
        (utc(2024, 11, 3, 4), utc(2024, 11, 4, 5)),
        (utc(2024, 11, 4, 5), utc(2024, 11, 5, 5)),
    ]


def test_hours_taken_for_another_zones_clash_and_are_named(tmp_path: Path) -> None:
    path = a_file(tmp_path, rows(f"2024-11-03 {wall}" for wall in ("00:00", "01:00", "01:00", "02:00")))
    assert named(path, interval="1h", timezone="UTC") == [
        "line 4: conflict: line 3 has other figures for the same time, and is the one that is taken"
    ]


def test_an_autumn_of_hours_is_the_same_with_offsets_and_without(tmp_path: Path) -> None:
    zone = parse_timezone(NEW_YORK)
    instants = [utc(2024, 10, 1) + number * timedelta(hours=1) for number in range(60 * 24)]
    naive = read(
        a_file(tmp_path, rows(f"{instant.astimezone(zone):%Y-%m-%d %H:%M}" for instant in instants)), timezone=NEW_YORK
    )
    assert [row.bar.start for row in naive] == instants
    assert all(row.bar.end - row.bar.start == timedelta(hours=1) for row in naive)
    assert naive == read(a_file(tmp_path, rows(instant.astimezone(zone).isoformat() for instant in instants)))
    assert naive[0].bar.start.tzinfo is UTC
