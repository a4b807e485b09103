"""`papertape report`, beside a running server: the figures of the API, and one clear line where it fails."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import Finished, Server, papertape, serving

CAMPAIGN = "<script>alert(1)</script>"
SIGNAL = """
mutation ($campaign: String!) {
  executeSignal(input: {
    symbol: "ACME", side: LONG, stopLoss: "95", target1: "110", quantity: "100", marketPrice: "100",
    timestamp: "2024-03-04T14:30:00Z", campaignId: $campaign
  }) { errors { code } }
}
"""
BAR = """
mutation {
  ingestBars(input: { bars: [{
    symbol: "ACME", start: "2024-03-05T14:30:00Z", end: "2024-03-05T21:00:00Z",
    open: "101", high: "112", low: "100", close: "111"
  }] }) { applied errors { code } }
}
"""
BACKTEST = """
mutation {
  recordBacktest(input: { name: "notes", source: "notebook", metrics: { winRate: "80", averageR: "2" } }) {
    backtest { id } errors { code }
  }
}
"""
REPORT = """
{ account { equity } report { realizedPnl returnPercent maxDrawdown winRate averageR expectancy tradeCount } }
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path, str]]:
    """A server that has traded once, its folder, and the id of a backtest."""
    folder = tmp_path_factory.mktemp("desk")
    with serving(folder=folder) as server:
        assert server.query("mutation { enable { errors { code } } }") == {"enable": {"errors": []}}
        assert server.query(SIGNAL, campaign=CAMPAIGN) == {"executeSignal": {"errors": []}}
        assert server.query(BAR) == {"ingestBars": {"applied": 1, "errors": []}}
        yield server, folder, server.query(BACKTEST)["recordBacktest"]["backtest"]["id"]


def test_the_figures_are_those_of_the_api(desk: tuple[Server, Path, str]) -> None:
    server, folder, _ = desk
    ended = papertape("report", "--html", "out.html", folder=folder)
    assert ended == Finished(0, "", "")
    text = (folder / "out.html").read_text()
    shown = dict(re.findall(r'<dt>([^<]+)</dt><dd><data value="([^"]+)"', text))
    answer = server.query(REPORT)
    report = answer["report"]
    names = {
        "Return": report["returnPercent"],
        "Equity": answer["account"]["equity"],
        "Realized P&amp;L": report["realizedPnl"],
        "Maximum drawdown": report["maxDrawdown"],
        "Win rate": report["winRate"],
        "Average R": report["averageR"],
        "Expectancy": report["expectancy"],
        "Trades": str(report["tradeCount"]),
    }
    assert {name: shown[name] for name in names} == names
    assert shown["Trades"] == "1"
    assert "<script" not in text
    assert "<bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>" in text


def test_the_terminal_shows_the_headline_the_comparison_and_the_checks(desk: tuple[Server, Path, str]) -> None:
    _, folder, backtest = desk
    ended = papertape("report", "--compare-to", backtest, folder=folder)
    assert (ended.code, ended.err) == (0, "")
    lines = [" ".join(line.replace("│", " ").split()) for line in ended.out.splitlines()]
    assert lines[0] == "default, session 1: 2024-03-05 to 2024-03-05"
    assert [line for line in lines if line.startswith(("Trades", "Win rate", "Average R"))] == [
        "Trades 1",
        "Win rate 100.00 %",
        "Average R +1.99",
        "Win rate 100.00 % 80.00 % +20.00 pp +25.00 % better, error",
        "Average R 1.99 2.00 -0.01 -0.70 % worse, ok",
        "Trades with an R at least 20 0 not yet",
        "Win rate above 50 % – not yet",
        "Average R above 1.5 – not yet",
    ]
    assert "Beside notes: error" in lines
    assert "Not yet eligible for live trading: 0.0 % of the way" in lines


def test_a_page_can_go_to_standard_output_and_be_compared_by_the_bare_uuid(desk: tuple[Server, Path, str]) -> None:
    _, folder, backtest = desk
    ended = papertape("report", "--html", "-", "--compare-to", backtest.removeprefix("Backtest_"), folder=folder)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("<!doctype html>\n<html")
    assert '<section id="comparison"' in ended.out


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ("--account nobody", "there is no account 'nobody'"),
        ("--account ../etc", "there is no account '../etc'"),
        ("--session 0", "account default has sessions 1 to 1, and no session 0"),
        ("--session 2", "account default has sessions 1 to 1, and no session 2"),
        (f"--session {10**30}", f"account default has sessions 1 to 1, and no session {10**30}"),
        ("--compare-to notes", "there is no backtest 'notes'; `backtest --register` printed its id"),
        (
            "--compare-to Backtest_00000000-0000-0000-0000-000000000000",
            "there is no backtest 'Backtest_00000000-0000-0000-0000-000000000000'; "
            "`backtest --register` printed its id",
        ),
        ("--html nowhere/out.html", "cannot write nowhere/out.html: No such file or directory"),
        ("--database-url sqlite:///none.sqlite3", "there is no file none.sqlite3"),
    ],
)
def test_a_report_that_cannot_be_made_is_one_clear_line(
    desk: tuple[Server, Path, str], arguments: str, line: str
) -> None:
    _, folder, _ = desk
    ended = papertape("report", *arguments.split(), folder=folder)
    assert ended == Finished(1, "", f"papertape: {line}\n")
    assert not (folder / "nowhere").exists()
