"""How it went day by day, in R, and beside a benchmark."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.complaints import Complaints
from tests.browser.desk import Desk, a_desk, a_page, choose_tab, part, signed_money

pytestmark = pytest.mark.browser

TRADES = "{ trades { nodes { exitTime realizedPnl rMultiple } } }"


@pytest.fixture
def dashboard(chromium: Browser, desk: Desk, complaints: Complaints) -> Iterator[Page]:
    with a_page(chromium, desk.server, complaints) as page:
        expect(part(page, "figure-trades")).to_have_text("2")
        yield page
    assert complaints.messages == []


def test_days_show_what_their_trades_brought(desk: Desk, dashboard: Page) -> None:
    panel = choose_tab(dashboard, "calendar")
    newest, oldest = desk.server.query(TRADES)["trades"]["nodes"]
    expect(panel.locator("h3").first).to_have_text("February 2024")
    for trade, month in ((newest, "February 2024"), (oldest, "January 2024")):
        expect(panel.locator("h3").first).to_have_text(month)
        day = panel.locator(f'[data-day="{trade["exitTime"][:10]}"]')
        expect(day.locator("b.wide-only")).to_have_text(signed_money(trade["realizedPnl"]))
        expect(panel.locator("[data-day]")).to_have_count(1)
        if part(panel, "month-before").is_enabled():
            part(panel, "month-before").click()
    expect(part(panel, "month-before")).to_be_disabled()


def test_multiples_are_spread_over_bins_of_half_an_r(desk: Desk, dashboard: Page) -> None:
    multiples = [float(trade["rMultiple"]) for trade in desk.server.query(TRADES)["trades"]["nodes"]]
    assert [round(multiple, 2) for multiple in multiples] == [-1.01, 3.88]
    bins = part(choose_tab(dashboard, "calendar"), "histogram").locator("li")
    for label in ("−1.5 to −1.0 R", "+3.5 to +4.0 R"):
        expect(bins.and_(dashboard.locator(f'[title="{label}: 1 trade"]'))).to_have_attribute("data-count", "1")
    expect(dashboard.locator('[data-test="histogram"] li:not([data-count="0"])')).to_have_count(2)


def test_a_benchmark_is_drawn_from_where_equity_began(desk: Desk, dashboard: Page) -> None:
    part(dashboard, "benchmark").fill("acme")
    part(dashboard, "benchmark").press("Enter")
    document = """{ report { from to } bars(symbol: "ACME", interval: "1d") { nodes { start close } } }"""
    answer = desk.server.query(document)
    span, bars = answer["report"], answer["bars"]["nodes"]
    closes = [bar["close"] for bar in bars if span["from"] <= bar["start"] < span["to"]]
    change = (float(closes[0]) / float(closes[-1]) - 1) * 100
    expect(part(dashboard, "legend-benchmark")).to_have_text(f"{'+' if change > 0 else '−'}{abs(change):.2f} %")
    assert "benchmark=ACME" in dashboard.url
    part(dashboard, "benchmark").fill("NONE")
    part(dashboard, "benchmark").press("Enter")
    expect(part(dashboard, "legend-benchmark")).to_have_text("no bars of NONE here")


def test_an_archive_is_dated_as_its_curve(chromium: Browser, complaints: Complaints, tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        desk.bar("ACME", "99", "101", "100")
        desk.do("enable", account="ended")
        desk.signal("ACME", account="ended", quantity="1")
        desk.do("reset", account="ended")
        span = desk.server.query('{ report(account: "ended", session: 1) { from to } }')["report"]
        assert span["to"][:10] == "2024-01-03"
        with a_page(chromium, desk.server, complaints) as page:
            page.goto("/#account=ended&session=1")
            expect(part(page, "archive-note")).to_contain_text("to 03 Jan 2024")
    assert complaints.messages == []
