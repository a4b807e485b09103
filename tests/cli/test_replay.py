"""`papertape replay` against a real server."""

from collections.abc import Iterator
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


def test_a_file_is_applied_once_however_often_it_is_sent(server: Server, tmp_path: Path) -> None:
    first, second = (replayed(AAPL, "AAPL", server, tmp_path) for _ in range(2))
    assert (first.code, first.complaint) == (0, "2015 bars sent: 2015 applied, 0 duplicate, none rejected; 0 fills")
    assert (second.code, second.complaint) == (0, "2015 bars sent: 0 applied, 2015 duplicate, none rejected; 0 fills")
    quotes = server.query('{ quotes(symbols: ["AAPL"]) { price time } }')["quotes"]
    assert quotes == [{"price": "430.47", "time": "2013-03-02T00:00:00Z"}]


def test_a_row_that_is_no_bar_is_named_by_its_line_and_what_came_before_it_is_applied(
    server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "broken.csv"
    file.write_text(HEADER + BARS + "2024-01-04,12,11,10,12\n2024-01-05,12,13,11,12\n")
    said = replayed(file, "BRKN", server, tmp_path)
    assert said.code == 1
    *_, named, summary = said.err.splitlines()
    assert named == "broken.csv line 4: open must lie between low and high; what came before it was sent"
    assert summary == "2 bars sent: 2 applied, 0 duplicate, none rejected; 0 fills"
    assert server.query('{ quotes(symbols: ["BRKN"]) { price } }')["quotes"] == [{"price": "12"}]


def test_a_missing_file_is_named(server: Server, tmp_path: Path) -> None:
    assert replayed(tmp_path / "none.csv", "AAPL", server, tmp_path) == Finished(
        1, "", f"papertape: there is no file {tmp_path / 'none.csv'}\n"
    )


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    said = papertape("replay", str(AAPL), "--symbol", "AAPL", "--url", "http://127.0.0.1:1", folder=tmp_path)
    assert said.code == 1
    assert said.complaint == "papertape: cannot reach http://127.0.0.1:1/graphql: All connection attempts failed"
