"""What the dashboard tells of the markets that the server is fed from."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.complaints import Complaints
from tests.browser.desk import DAY, OPENING, Desk, a_desk, a_page, choose_tab, part
from tests.feeds.lines import LineMarket, no_market

pytestmark = pytest.mark.browser


def test_a_feed_shows_its_state_its_last_bars_and_what_it_has_sent(
    chromium: Browser, complaints: Complaints, tmp_path: Path
) -> None:
    with LineMarket() as market, a_desk(tmp_path, feed=f"json url={market.url}") as desk:
        desk.do("enable")
        market.send_bar("AAPL", OPENING, OPENING + DAY, "101.5")
        market.send_bar("AAPL", OPENING, OPENING + DAY, "102.5")
        market.send("no line at all")
        with a_page(chromium, desk.server, complaints) as page:
            choose_tab(page, "feeds")
            table = part(page, "table-feeds")
            expect(table.locator("tbody tr")).to_have_count(1)
            expect(table.locator("[data-key=symbol], th[scope=row]").first).to_have_text("AAPL")
            expect(table).to_contain_text("live for")
            expect(table).to_contain_text("03 Jan 2024, 14:30 UTC")
            told = "json: 1 bar and 0 quotes applied, 1 not taken, 1 changed by the market later, 0 gaps"
            refusal = (
                "not taken last: no symbol: the line is not JSON: Expecting value: line 1 column 1 (char 0), in "
                "'no line at all'"
            )
            expect(part(page, "feed-told")).to_have_text(f"{told}; {refusal}")
            expect(table).to_contain_text("02 Jan 2024, 14:30 UTC closed at 102.50")
    assert complaints.messages == []


def test_a_feed_that_has_lost_its_market_says_why(chromium: Browser, complaints: Complaints, tmp_path: Path) -> None:
    with no_market() as url, a_desk(tmp_path, feed=f"json url={url}") as desk:
        desk.do("enable")
        with a_page(chromium, desk.server, complaints) as page:
            choose_tab(page, "feeds")
            expect(part(page, "table-feeds")).to_contain_text("the connection to the WebSocket of the feed ended")
    assert complaints.messages == []


REPORT = """
mutation { reportFeed(input: {
  id: "5b1a7c1e-0d7e-4c55-9f0e-2f6a3c1d9e01", name: "ccxt", status: LIVE, since: "2024-01-02T14:30:00Z"
  symbols: [{ symbol: "BTC/USDT", lastBar: "2024-01-02T14:30:00Z" }]
  gapCount: 1, gaps: [{ symbol: "BTC/USDT", since: "2024-01-02T14:10:00Z", until: "2024-01-02T14:20:00Z" }]
}) { errors { message } } }
"""


def test_a_feed_beside_the_server_is_shown_as_it_reports(
    chromium: Browser, complaints: Complaints, tmp_path: Path
) -> None:
    with a_desk(tmp_path) as desk:
        desk.do("enable")
        desk.server.query(REPORT)
        with a_page(chromium, desk.server, complaints) as page:
            choose_tab(page, "feeds")
            row = part(page, "table-feeds").locator("tbody tr")
            for told in ("BTC/USDT", "ccxt", "live for", "02 Jan 2024, 14:10 UTC – 02 Jan 2024, 14:20 UTC"):
                expect(row).to_contain_text(told)
    assert complaints.messages == []


def test_a_server_without_a_feed_says_how_to_have_one(
    chromium: Browser, complaints: Complaints, tmp_path: Path
) -> None:
    with a_desk(tmp_path) as desk:
        assert isinstance(desk, Desk)
        desk.do("enable")
        with a_page(chromium, desk.server, complaints) as page:
            choose_tab(page, "feeds")
            expect(part(page, "panel-feeds")).to_contain_text("No feed brings bars here")
    assert complaints.messages == []
