"""`papertape replay` against a real server."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.feeds import data
from tests.processes import Finished, Server, papertape, serving

AAPL = Path(data.__file__).parent / "AAPL.csv.gz"
HEADER = "date,open,high,low,close\n"
BARS = "2024-01-02,10,12,9,11\n2024-01-03,11,13,10,12\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(folder=tmp_path_factory.mktemp("server")) as running:
        yield running


def replayed(file: Path, symbol: str, server: Server, folder: Path) -> Finished:
    return papertape("replay", str(file), "--symbol", symbol, "--url", server.url, folder=folder)


def table(result: Finished) -> dict[str, str]:
    """The table at the end: rows and lines by outcome."""
    cells = [
        [cell.strip() for cell in line.split("│")[1:-1]] for line in result.err.splitlines() if line.startswith("│")
    ]
    return {outcome: f"{rows} {lines}".strip() for outcome, rows, lines in cells}


def test_a_file_is_applied_once_however_often_it_is_sent(server: Server, tmp_path: Path) -> None:
    first, second = (replayed(AAPL, "AAPL", server, tmp_path) for _ in range(2))
    rest = {"late": "0", "conflict": "0", "unusable": "0"}
    assert (first.code, table(first)) == (0, {"applied": "2015", "duplicate": "0", **rest})
    assert (second.code, table(second)) == (0, {"applied": "0", "duplicate": "2015 on the server before", **rest})
    assert "AAPL.csv.gz: 2015 bars of AAPL, 1d each, 2005-03-01T00:00Z to 2013-03-02T00:00Z" in first.err
    quotes = server.query('{ quotes(symbols: ["AAPL"]) { price time } }')["quotes"]
    assert quotes == [{"price": "430.47", "time": "2013-03-02T00:00:00Z"}]


def test_a_row_that_is_no_bar_is_named_and_the_rest_is_applied(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "broken.csv"
    file.write_text(HEADER + BARS + "2024-01-04,12,11,10,12\n2024-01-05,12,13,11,12.5\n")
    strict = papertape("replay", str(file), "--symbol", "BRKN", "--strict", "--url", server.url, folder=tmp_path)
    assert strict == Finished(
        1, "", "papertape: broken.csv: line 4: unusable: open must lie between low and high; nothing was sent\n"
    )
    assert server.query('{ quotes(symbols: ["BRKN"]) { price } }')["quotes"] == []
    result = replayed(file, "BRKN", server, tmp_path)
    assert result.code == 0
    assert "broken.csv line 4: unusable: open must lie between low and high" in result.err.splitlines()
    assert table(result) == {"applied": "3", "duplicate": "0", "late": "0", "conflict": "0", "unusable": "1 4"}
    assert server.query('{ quotes(symbols: ["BRKN"]) { price } }')["quotes"] == [{"price": "12.5"}]


def test_a_file_that_the_server_has_moved_past_is_named_and_the_exit_code_says_so(
    server: Server, tmp_path: Path
) -> None:
    newer, older = tmp_path / "newer.csv", tmp_path / "older.csv"
    newer.write_text(HEADER + "2024-02-01,10,12,9,11\n")
    older.write_text(HEADER + BARS)
    assert replayed(newer, "LATE", server, tmp_path).code == 0
    result = replayed(older, "LATE", server, tmp_path)
    assert (result.code, table(result)["late"]) == (1, "2 2-3")


def test_a_bar_that_is_not_over_is_left_for_later(server: Server, tmp_path: Path) -> None:
    today = datetime.now(UTC).date()
    file = tmp_path / "now.csv"
    file.write_text(HEADER + f"{today - timedelta(days=1)},10,12,9,11\n{today + timedelta(days=1)},11,13,10,12\n")
    result = replayed(file, "NOW", server, tmp_path)
    assert (result.code, table(result)["applied"], table(result)["unusable"]) == (0, "1", "1 3")
    assert "now.csv line 3: unusable: it ends over a minute in the future (R6)" in result.err.splitlines()


def test_an_interval_and_a_zone_that_the_rows_contradict_are_refused_before_anything_is_sent(
    server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "hours.csv"
    file.write_text("time,open,high,low,close\n2024-03-10 01:00,10,12,9,11\n2024-03-10 02:00,11,13,10,12\n")
    for options, message in [
        ([], "line 2: '2024-03-10 01:00' has no UTC offset: name its zone with --timezone"),
        (["--timezone", "UTC", "--interval", "1d"], "the rows are 1h apart, which --interval 1d contradicts"),
        (
            ["--timezone", "America/New_York"],
            "line 3: 2024-03-10 02:00:00 does not exist in America/New_York, where clocks were put forward: "
            "if the times are of another zone, name it with --timezone",
        ),
    ]:
        refused = papertape("replay", str(file), "--symbol", "HRS", "--url", server.url, *options, folder=tmp_path)
        assert refused == Finished(1, "", f"papertape: hours.csv: {message}; nothing was sent\n")
    right = papertape("replay", str(file), "--symbol", "HRS", "--timezone", "UTC", "--url", server.url, folder=tmp_path)
    assert (right.code, table(right)["applied"]) == (0, "2")


def test_a_missing_file_is_named(server: Server, tmp_path: Path) -> None:
    assert replayed(tmp_path / "none.csv", "AAPL", server, tmp_path) == Finished(
        1, "", f"papertape: there is no file {tmp_path / 'none.csv'}\n"
    )


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = papertape("replay", str(AAPL), "--symbol", "AAPL", "--url", "http://127.0.0.1:1", folder=tmp_path)
    assert result.code == 1
    assert result.complaint == "papertape: cannot reach http://127.0.0.1:1/graphql: All connection attempts failed"
