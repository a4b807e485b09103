"""Figures, times and events as a trader reads them: with the places of their instrument, by right names, in words."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.complaints import Complaints
from tests.browser.desk import Desk, a_desk, a_page, choose_tab, part

pytestmark = pytest.mark.browser

LATER = datetime(2026, 11, 9, 12, tzinfo=UTC)
"""2 years 9 months after the history's last bar."""


@pytest.fixture
def own_desk(tmp_path: Path) -> Iterator[Desk]:
    with a_desk(tmp_path) as desk:
        desk.do("enable")
        yield desk


@pytest.fixture
def dashboard(chromium: Browser, desk: Desk, complaints: Complaints) -> Iterator[Page]:
    with a_page(chromium, desk.server, complaints) as page:
        yield page
    assert complaints.messages == []


def test_yesterdays_activity_is_there_after_a_reload_and_is_paged_back(
    chromium: Browser, own_desk: Desk, complaints: Complaints
) -> None:
    own_desk.bar("ACME", "99", "101", "100")
    for _ in range(20):
        own_desk.signal("ACME", quantity="1", target2=None)
        own_desk.bar("ACME", "109", "111", "109")
        own_desk.bar("ACME", "99", "101", "100")
    with a_page(chromium, own_desk.server, complaints) as page:
        items = choose_tab(page, "activity").locator("li")
        expect(items).to_have_count(50)
        expect(items.first).to_contain_text("Trade: ACME long +$9.97, +1.99 R")
        part(page, "activity-older").click()
        expect(part(page, "panel-activity")).to_contain_text("The journal begins here.")
        expect(items.last).to_contain_text("The account was opened with $100,000.00.")
        journaled = own_desk.server.query("{ activity { totalCount } }")["activity"]["totalCount"]
        expect(items).to_have_count(journaled)
    assert complaints.messages == []


def test_activity_says_what_was_amended(chromium: Browser, own_desk: Desk, complaints: Complaints) -> None:
    own_desk.bar("ACME", "99", "101", "100")
    own_desk.signal("ACME")
    [held] = own_desk.server.query("{ positions { nodes { id } } }")["positions"]["nodes"]
    trail = {"percent": "12.5", "activationR": "1.25"}
    own_desk.do("amendPosition", positionId=held["id"], stopLoss="97.0194", target2=None, note="Tighter")
    own_desk.do("amendPosition", positionId=held["id"], trailingStop={"offset": "12"})
    waiting = own_desk.signal("ACME", entry="LIMIT", entryPrice="90", stopLoss="85", target2=None)["signal"]["signalId"]
    own_desk.do("amendSignal", signalId=waiting, stopLoss=None, stopPercent="4", trailingStop=trail)
    with a_page(chromium, own_desk.server, complaints) as page:
        items = choose_tab(page, "activity").locator("li")
        amended = items.filter(has_text="was amended").locator("span")
        signal = "stop: 85.00 → none; trailing stop: none → 12.5 % behind, from 1.25 R on; stop % away: none → 4"
        before = [
            f"Signal: ACME long was amended ({signal})",
            "ACME long was amended (trailing stop: none → 12.00 behind, at once)",
            "ACME long was amended (stop: 95.00 → 97.02; target 2: 120.00 → none; note: none → Tighter)",
        ]
        expect(amended).to_have_text(before)
        own_desk.do("amendPosition", positionId=held["id"], target1="112")
        expect(amended).to_have_text(["ACME long was amended (target 1: 110.00 → 112.00)", *before])
    assert complaints.messages == []


def test_what_was_amended_is_asked_in_parts_and_again_where_no_answer_came(
    chromium: Browser, own_desk: Desk, complaints: Complaints
) -> None:
    own_desk.bar("ACME", "99", "101", "100")
    for _ in range(26):
        held = own_desk.signal("ACME", quantity="1")["position"]["id"]
        own_desk.do("amendPosition", positionId=held, stopLoss="96")
    asked: list[int] = []

    def lose_the_first(route: Route) -> None:
        content = route.request.post_data_json or {}
        if "query Amendments" not in content["query"]:
            route.fallback()
            return
        asked.append(len(content["variables"]))
        if len(asked) == 1:
            route.abort()
        else:
            route.fallback()

    with a_page(chromium, own_desk.server, complaints) as page:
        page.route("**/graphql", lose_the_first)
        panel = choose_tab(page, "activity")
        part(panel, "retry").click()
        amended = panel.locator("li").filter(has_text="was amended")
        expect(amended.filter(has_text="(stop: 95.00 → 96.00)")).to_have_count(26)
        expect(part(panel, "failed")).to_have_count(0)
    assert max(asked) <= 25
    assert sum(asked[1:]) == 26
    assert [complaint for complaint in complaints.messages if "ERR_FAILED" not in complaint] == []


def test_a_trade_without_a_stop_has_no_figure_that_is_absent(
    chromium: Browser, own_desk: Desk, complaints: Complaints
) -> None:
    own_desk.bar("ACME", "99", "101", "100")
    own_desk.signal("ACME", quantity="1", stopLoss=None, target2=None)
    own_desk.bar("ACME", "109", "111", "109")
    with a_page(chromium, own_desk.server, complaints) as page:
        trade = choose_tab(page, "activity").locator('li[data-stream="TRADE"] span')
        expect(trade).to_have_text("Trade: ACME long +$9.97")
    assert complaints.messages == []


def test_activity_that_grew_too_long_begins_anew(dashboard: Page) -> None:
    expect(part(dashboard, "figure-trades")).to_have_text("2")
    kept = dashboard.evaluate(
        """() => import("/static/dashboard/desk/activity.js").then(({ activity, hear }) => {
          const cursor = (number) => `f${String(number).padStart(8, "0")}`;
          const entry = (number) => ({ cursor: cursor(number), kind: "ENABLED", occurredAt: "2024-01-02T00:00:00Z" });
          hear(Array.from({ length: 2_001 }, (_, number) => ({ stream: "ACCOUNT", event: entry(number) })));
          return activity.value.map(({ cursor }) => cursor);
        })"""
    )
    assert kept == [f"f{number:08}" for number in range(2000, 1950, -1)]
    panel = choose_tab(dashboard, "activity")
    expect(panel).to_contain_text("The account was opened with $100,000.00.")


def test_a_market_of_another_day_says_how_old_it_is(chromium: Browser, desk: Desk, complaints: Complaints) -> None:
    with a_page(chromium, desk.server, complaints, now=LATER) as page:
        expect(part(page, "connection")).to_contain_text("newest price 2 years 9 months old")
    assert complaints.messages == []


def test_prices_have_the_places_of_their_instrument(chromium: Browser, own_desk: Desk, complaints: Complaints) -> None:
    own_desk.bar("ACME", "99", "101", "100.5")
    own_desk.signal("ACME", stopLoss="95.123456")
    own_desk.bar("EURUSD", "1.08", "1.09", "1.08453")
    own_desk.signal("EURUSD", assetClass="FOREX", stopLoss="1.07", target1="1.1", target2=None, quantity="1000")
    with a_page(chromium, own_desk.server, complaints) as page:
        shares, currency = (page.locator(f'[data-symbol="{symbol}"]') for symbol in ("ACME", "EURUSD"))
        expect(shares.locator('[data-key="entry"]')).to_have_text("100.52")
        expect(shares.locator('[data-key="last"]')).to_have_text("100.50")
        expect(shares.locator(".levels-low")).to_have_text("95.12")
        expect(currency.locator('[data-key="last"]')).to_have_text("1.08453")
        expect(currency.locator(".levels-low")).to_have_text("1.07000")
    assert complaints.messages == []


def test_a_stop_that_earned_is_called_by_its_right_name(
    chromium: Browser, own_desk: Desk, complaints: Complaints
) -> None:
    own_desk.bar("ACME", "99", "101", "100")
    own_desk.signal("ACME", breakEvenAfterTarget1=True)
    own_desk.signal("ACME")
    own_desk.bar("ACME", "100.5", "111", "108")
    own_desk.bar("ACME", "94", "108", "95")
    own_desk.signal("ACME", stopLoss="90", target1="150", target2=None, trailingStop={"offset": "5"})
    own_desk.bar("ACME", "95", "110", "109")
    own_desk.bar("ACME", "100", "109", "101")
    own_desk.signal("ACME", stopLoss="99", target1="150", target2=None)
    own_desk.bar("ACME", "98", "102", "100")
    with a_page(chromium, own_desk.server, complaints) as page:
        reasons = part(page, "table-trades").locator('tbody [data-key="reason"]')
        expect(reasons).to_have_count(4)
        expect(reasons.nth(0)).to_have_text("stop loss")
        expect(reasons.nth(1)).to_have_text("trailing stop")
        assert sorted([reasons.nth(2).inner_text(), reasons.nth(3).inner_text()]) == [
            "break-even stop after target 1",
            "stop after target 1",
        ]
    assert complaints.messages == []


def test_the_age_of_a_price_is_told_in_words(chromium: Browser, tmp_path: Path, complaints: Complaints) -> None:
    with a_desk(tmp_path) as desk:
        desk.do("enable")
        desk.bar("ACME", "99", "101", "100")
        desk.signal("ACME", timestamp="2026-10-03T14:30:00Z")
        with a_page(chromium, desk.server, complaints) as page:
            choose_tab(page, "signals")
            expect(part(page, "reason")).to_contain_text(
                "is 2 years 274 days old at the signal's timestamp; at most 1 day"
            )
            expect(part(page, "reason").locator(".figures")).to_have_text("stale market price")
    assert complaints.messages == []


def test_far_apart_is_no_error(dashboard: Page) -> None:
    choose_tab(dashboard, "comparison")
    part(dashboard, "choose-backtest").select_option(index=1)
    expect(part(dashboard, "comparison-verdict")).to_contain_text("apart where they differ most")
    expect(part(dashboard, "panel-comparison")).not_to_contain_text(re.compile("error|On the whole"))


def test_equity_is_drawn_in_steps_and_no_label_is_cut(dashboard: Page) -> None:
    expect(part(dashboard, "plot-equity").locator("canvas")).to_have_count(1)
    dashboard.evaluate(
        """() => {
          window.slopes = 0;
          window.cut = [];
          const { fillText } = CanvasRenderingContext2D.prototype;
          CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...rest) {
            const width = this.measureText(text).width;
            if (this.textAlign === "center" && x + width / 2 > this.canvas.width) window.cut.push(text);
            fillText.call(this, text, x, y, ...rest);
          };
          const { lineTo } = Path2D.prototype;
          let last = null;
          Path2D.prototype.lineTo = function (x, y) {
            if (last && last.path === this && last.x !== x && last.y !== y) window.slopes += 1;
            last = { path: this, x, y };
            lineTo.call(this, x, y);
          };
        }"""
    )
    for width in (1440, 1200, 390):
        dashboard.set_viewport_size({"width": width, "height": 900})
        for _ in range(2):
            part(dashboard, "chart-as-table").click()
        expect(part(dashboard, "plot-equity").locator("canvas")).to_have_count(1)
    assert dashboard.evaluate("[window.slopes, window.cut]") == [0, []]


def test_a_phone_shows_profit_of_breakdowns_and_every_month(
    chromium: Browser, desk: Desk, complaints: Complaints
) -> None:
    with a_page(chromium, desk.server, complaints, width=390, height=844) as page:
        for tab, cells in (("breakdowns", 'td[data-key="realizedPnl"]'), ("months", ".months td")):
            found = choose_tab(page, tab).locator(cells)
            expect(found.first).to_be_visible()
            boxes = [cell.bounding_box() for cell in found.all()]
            assert all(box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes), tab
    assert complaints.messages == []
