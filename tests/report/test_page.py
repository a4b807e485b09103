"""The page: all that a report says, exactly as the report says it, and nothing that a name could smuggle in."""

import re
from html.parser import HTMLParser

import pytest

from api.application.confidence import ConfidenceInterval
from api.report import content
from api.report.page import page
from domain.analytics.curve import Month
from domain.orders.side import Pattern, Side
from domain.portfolio.fill import FillReason
from tests.report.summaries import D, a_backtest, a_point, a_summary, a_trade, details

HOSTILE = "<script>alert(1)</script>\"'&"
SECTIONS = ["headline", "equity", "months", "r-multiples", "breakdowns", "eligibility", "trades"]
VOID = {"meta"}


class ParsedPage(HTMLParser):
    """A page as a browser takes it: elements in their order, each closed by its own end."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for element, attributes in self.elements if element == name]


def a_full_page() -> str:
    trades = [
        a_trade(1, pnl="300", pattern=Pattern.SPRING, campaign=HOSTILE),
        a_trade(2, pnl="-100", side=Side.SHORT, reason=FillReason.STOP_LOSS, symbol="MSFT"),
    ]
    summary = a_summary(
        trades,
        account=HOSTILE,
        months=[Month(2024, 3, D("0.2"))],
        return_percent="0.2",
        max_drawdown="0.1",
        backtest=a_backtest(trades[:1], HOSTILE, win_rate="60", average_r="1.0", max_drawdown="0.2", sharpe="1"),
        interval=ConfidenceInterval(D("-1"), D("3")),
    )
    return page(summary, details(trades, [a_point(4, "100000", "100000"), a_point(5, "100200", "100200")]))


def test_every_section_is_there_and_every_element_is_closed() -> None:
    parsed = ParsedPage(a_full_page())
    assert [part["id"] for part in parsed.all("section")] == [*SECTIONS[:5], "comparison", *SECTIONS[5:]]
    named = [attributes["id"] for _, attributes in parsed.elements if "id" in attributes]
    assert len(named) == len(set(named))
    assert {part["aria-labelledby"] for part in parsed.all("section")} <= set(named)


def test_a_page_asks_for_nothing_and_runs_nothing() -> None:
    text = a_full_page()
    parsed = ParsedPage(text)
    asking = {"src", "href", "srcset", "action", "data", "poster", "style"}
    assert [element for element in parsed.elements if asking & element[1].keys()] == []
    active = {"script", "link", "img", "iframe", "object", "form", "base"}
    assert {name for name, _ in parsed.elements} & active == set()
    assert not re.search(r"url\(|@import|https?:", text)
    assert parsed.all("meta")[1]["content"] == "default-src 'none'; style-src 'unsafe-inline'"


def test_hostile_names_are_escaped() -> None:
    text = a_full_page()
    escaped = "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;&amp;"
    assert "<script" not in text
    assert f"<title>{escaped}, session 1: Papertape report</title>" in text
    assert text.count(f"<bdi>{escaped}</bdi>") == 5


def test_every_drawing_has_a_name_and_words() -> None:
    parsed = ParsedPage(a_full_page())
    drawings = [chart for chart in parsed.all("svg") if chart.get("role") == "img"]
    assert [(drawing["aria-labelledby"], drawing["aria-describedby"]) for drawing in drawings] == [
        ("curve-name", "curve-words"),
        ("multiples-name", "multiples-words"),
    ]
    assert len(parsed.all("figcaption")) == len(parsed.all("figure")) == 2


def test_every_table_names_its_columns_and_rows() -> None:
    text = a_full_page()
    assert text.count("<table") == text.count("<caption>") == text.count('role="region"') == 10
    assert "<th>" not in text
    for row in re.findall(r"<tbody>(.*?)</tbody>", text):
        assert row.count("<tr>") == row.count('scope="row"')


def test_the_figures_are_those_of_the_report() -> None:
    text = a_full_page()
    shown = re.findall(r'<dt>([^<]+)</dt><dd><data value="([^"]+)" title="\2">(?:<span class="(\w+)">)?([^<]+)<', text)
    assert [item for item in shown if item[0] in {"Return", "Equity", "Win rate", "Average R", "Worst trade"}] == [
        ("Return", "0.2", "gain", "+0.20 %"),
        ("Equity", "100200", "", "100,200.00"),
        ("Win rate", "50", "", "50.00 %"),
        ("Average R", "1", "gain", "+1.00"),
        ("Worst trade", "-100", "loss", "−100.00"),
    ]
    assert "<dt>Sharpe</dt><dd>–</dd>" in text


def test_the_newest_trade_comes_first_with_its_figures() -> None:
    rows = re.search(r'class="trades">.*?<tbody>(.*?)</tbody>', a_full_page())
    assert rows is not None
    first, second = rows[1].split("</tr>")[:2]
    assert first == (
        '<tr><th scope="row">2024-03-07 21:30</th><td><bdi>MSFT</bdi></td><td>short</td><td></td><td></td>'
        '<td>stop loss</td><td class="figure">100</td><td class="figure">100.0000</td><td class="figure">102.0000</td>'
        '<td class="figure">1 d 12 h</td><td class="figure">1.50</td>'
        '<td class="figure"><span class="loss">−100.00</span></td>'
        '<td class="figure"><span class="loss">−1.00</span></td>'
    )
    assert "<td>SPRING</td>" in second


def test_columns_that_would_be_empty_are_left_out() -> None:
    trades = [a_trade()]
    text = page(a_summary(trades), details(trades))
    assert "Pattern" not in text
    assert "Campaign" not in text


def test_a_breakdown_splits_the_trades() -> None:
    text = a_full_page()
    captions = re.findall(r"<caption>By ([a-z ]+)</caption>", text)
    assert captions == ["symbol", "pattern", "side", "campaign", "exit reason"]
    assert (
        '<tr><th scope="row">stop loss</th><td class="figure">1</td><td class="figure">0.00 %</td>'
        '<td class="figure"><span class="loss">−1.00</span></td><td class="figure">0.00</td>'
        '<td class="figure"><span class="loss">−100.00</span></td>'
        '<td class="figure"><span class="loss">−100.00</span></td></tr>' in text
    )


def test_more_campaigns_than_fit_are_cut_to_those_with_the_most_trades() -> None:
    trades = [a_trade(number, campaign=f"campaign {number % 60:02}") for number in range(1, 71)]
    text = page(a_summary(trades), details(trades))
    assert "The 50 with the most trades; 10 more are left out." in text
    assert len(re.findall(r'<th scope="row"><bdi>campaign ', text)) == 50


def test_a_list_of_trades_that_is_cut_says_so() -> None:
    trades = [a_trade(1), a_trade(2), a_trade(3)]
    text = page(a_summary(trades), details(trades[1:]))
    assert "The newest 2 of 3 trades; `papertape export trades` writes them all." in text
    assert "The newest 2 trades." in text
    assert content.LISTED_TRADES == 5_000


def test_a_comparison_is_coloured_by_what_is_better() -> None:
    text = a_full_page()
    assert (
        '<th scope="row">Maximum drawdown</th><td class="figure">0.10 %</td><td class="figure">0.20 %</td>'
        '<td class="figure"><span class="gain">−0.10 pp</span></td>'
        '<td class="figure"><span class="gain">−50.00 %</span></td><td>better</td>'
        '<td><span class="badge bad">error</span></td>' in text
    )
    assert (
        '<th scope="row">Average R</th><td class="figure">1.00</td><td class="figure">1.00</td>'
        '<td class="figure">0.00</td><td class="figure">0.00 %</td><td>same</td>'
        '<td><span class="badge good">ok</span></td>' in text
    )
    assert (
        '<th scope="row">Sharpe</th><td class="figure">–</td><td class="figure">1.00</td><td class="figure">–</td>'
        '<td class="figure">–</td><td></td><td><span class="badge">not comparable</span></td>' in text
    )
    assert "1 matched by signal, 0 missed, 1 extra." in text
    assert "Those that match agree to the last digit." in text


def test_trades_that_differ_are_split_by_cause() -> None:
    paper, back = a_trade(1, pnl="150", exit_price="101.5"), a_trade(1, pnl="200")
    text = page(a_summary([paper], backtest=a_backtest([back, a_trade(2)])), details([paper]))
    nothing = '<td class="figure">0.00</td>'
    loss = '<td class="figure"><span class="loss">−50.00</span></td>'
    split = f"{nothing}{loss}{nothing}{nothing}{loss}</tr>"
    assert f'<tr><th scope="row">All that match</th><td></td>{split}' in text
    assert f'<tr><th scope="row">2024-03-05</th><td><bdi>AAPL</bdi></td>{split}' in text
    assert "1 matched by signal, 1 missed, 0 extra." in text


def test_eligibility_shows_each_check_and_the_evidence() -> None:
    text = a_full_page()
    assert '<th scope="row">Days enabled</th><td class="figure">at least 90</td><td class="figure">1.0</td>' in text
    assert '<th scope="row">Win rate</th><td class="figure">above 50 %</td><td class="figure">50.00 %</td>' in text
    assert "<dt>Expectancy, 95 % interval</dt><dd>−1.00 to 3.00 R</dd>" in text
    assert "percentile bootstrap of the mean, 2000 resamples" in text
    assert "Not yet eligible for live trading: 44.4 % of the way" in text


def test_an_account_that_has_done_nothing_says_so_and_draws_nothing() -> None:
    text = page(a_summary(), details())
    parsed = ParsedPage(text)
    assert [part["id"] for part in parsed.all("section")] == SECTIONS
    assert parsed.all("svg") == []
    assert text.count("No trades yet.") == 3
    assert "No equity has been observed yet" in text
    assert "No days with data yet." in text


@pytest.mark.parametrize("pnl", ["0", "-100", "12345678.12345678"])
def test_one_trade_makes_a_whole_page(pnl: str) -> None:
    trades = [a_trade(pnl=pnl)]
    parsed = ParsedPage(page(a_summary(trades), details(trades, [a_point(5, "100000", "100000")])))
    assert len([chart for chart in parsed.all("svg") if chart.get("role") == "img"]) == 2


def test_a_trade_without_a_stop_has_no_r_and_stands_in_the_list_all_the_same() -> None:
    trades = [a_trade(stop=None)]
    text = page(a_summary(trades), details(trades, [a_point(5, "100000", "100000")]))
    row = re.search(r'class="trades">.*?<tbody>(.*?)</tr>', text)
    assert row is not None
    assert row[1].endswith('<span class="gain">200.00</span></td><td class="figure">–</td>')
    ParsedPage(text)
