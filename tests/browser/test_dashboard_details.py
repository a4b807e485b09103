"""Every row opens: the story of a position, a trade and a signal, by its own address."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.complaints import Complaints
from tests.browser.desk import Desk, a_desk, a_page, choose_tab, money, part, signed_money

pytestmark = pytest.mark.browser

TRADES = "{ trades { nodes { signalId realizedPnl commission excursion { adverse } fills { price } } } }"

TRAIL = {"offset": "12", "activation": "105.5", "step": "0.1"}


@pytest.fixture
def dashboard(chromium: Browser, desk: Desk, complaints: Complaints) -> Iterator[Page]:
    with a_page(chromium, desk.server, complaints) as page:
        expect(part(page, "figure-trades")).to_have_text("2")
        yield page
    assert complaints.messages == []


def test_a_trades_story_is_opened_by_its_row_and_left_by_the_browsers_back(desk: Desk, dashboard: Page) -> None:
    short = desk.server.query(TRADES)["trades"]["nodes"][0]
    part(dashboard, "table-trades").locator("tbody tr").first.locator('[data-key="entered"]').click()
    detail = part(dashboard, "detail")
    expect(detail.locator("h2")).to_have_text("ACME short · closed, stop loss")
    assert dashboard.url.endswith(f"/#account=default&trade={short['signalId']}")
    result = part(detail, "story-trade")
    expect(result).to_contain_text(f"P&L{signed_money(short['realizedPnl'])}")
    expect(result).to_contain_text(f"Commission{money(short['commission'])}")
    expect(result).to_contain_text(f"{float(short['excursion']['adverse']):.2f} R against it")
    fills = part(detail, "story-fills").locator("tbody tr")
    expect(fills.locator('[data-key="reason"]')).to_have_text(["entry", "stop loss"])
    expect(fills.locator('[data-key="raw"]')).to_have_text(["119.00", "122.00"])
    for cell, fill in zip(fills.locator('[data-key="price"] span').all(), short["fills"], strict=True):
        expect(cell).to_have_attribute("title", fill["price"])
    expect(fills.nth(1)).to_contain_text("the price reached the stop (R22)")
    dashboard.go_back()
    expect(detail).to_have_count(0)
    expect(part(dashboard, "panel-trades")).to_be_visible()
    dashboard.go_forward()
    expect(detail).to_be_visible()


def test_focus_returns_to_the_row_that_was_opened(dashboard: Page) -> None:
    link = part(part(dashboard, "positions"), "open-position")
    link.focus()
    dashboard.keyboard.press("Enter")
    expect(part(dashboard, "detail")).to_be_visible()
    dashboard.keyboard.press("Escape")
    expect(part(dashboard, "detail")).to_have_count(0)
    expect(link).to_be_focused()
    assert dashboard.url.endswith("/#account=default")


def test_a_positions_story_is_read_by_a_link(desk: Desk, dashboard: Page) -> None:
    held = desk.server.query("{ positions(filter: { open: true }) { nodes { signalId } } }")["positions"]["nodes"][0]
    dashboard.goto(f"/#account=default&tab=signals&position={held['signalId']}")
    detail = part(dashboard, "detail")
    expect(detail.locator("h2")).to_have_text("ACME long · open")
    expect(part(detail, "story-checks")).to_contain_text("Every check of the desk passed")
    fills = part(detail, "story-fills").locator("tbody tr")
    expect(fills.locator('[data-key="reason"]')).to_have_text(["entry", "target 1"])
    way = part(detail, "story-stop").locator("li")
    expect(way).to_have_count(2)
    expect(way.first).to_contain_text("95.00 at the entry")
    expect(way.last).to_contain_text("100.02 moved with the price (R26)")
    expect(part(detail, "amend-position")).to_be_visible()
    part(detail, "detail-close").click()
    expect(detail).to_have_count(0)
    assert dashboard.url.endswith("/#account=default&tab=signals")


def test_a_refused_signal_tells_its_check_and_what_never_was_is_said_so(dashboard: Page) -> None:
    choose_tab(dashboard, "signals")
    part(part(dashboard, "table-signals"), "open-signal").first.click()
    checks = part(dashboard, "story-checks")
    expect(checks).to_contain_text("trade risk exceeded · actual")
    expect(part(dashboard, "story-fills")).to_have_count(0)
    dashboard.goto("/#account=default&signal=00000000-0000-4000-8000-000000000000")
    expect(part(dashboard, "detail")).to_contain_text("There is no such signal")
    dashboard.goto("/#account=default&signal=nonsense")
    expect(part(dashboard, "detail")).to_contain_text("There is no such signal")


def test_amendments_are_part_of_the_story(chromium: Browser, complaints: Complaints, tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        desk.do("enable")
        desk.bar("ACME", "99", "101", "100")
        desk.signal("ACME")
        [held] = desk.server.query("{ positions { nodes { id signalId } } }")["positions"]["nodes"]
        amended = desk.do("amendPosition", positionId=held["id"], stopLoss="96.5", trailingStop=TRAIL)
        assert amended["errors"] == []
        with a_page(chromium, desk.server, complaints) as page:
            page.goto(f"/#account=default&position={held['signalId']}")
            expect(part(page, "story-amendments").locator("li span")).to_have_text(
                ["Stop: 95.00 → 96.50; Trailing stop: none → 12.00 behind, from 105.50 on, by 0.10 or more"]
            )
            expect(part(page, "story-stop").locator("li").last).to_contain_text("96.50 amended by hand (R41)")
    assert complaints.messages == []


def test_a_story_leads_to_the_chart_of_its_symbol_and_back(dashboard: Page) -> None:
    part(part(dashboard, "table-trades"), "open-trade").first.click()
    part(dashboard, "to-chart").click()
    expect(part(dashboard, "detail")).to_have_count(0)
    assert dashboard.url.endswith("/#account=default&symbol=ACME")
    expect(dashboard.locator("#market-title")).to_be_in_viewport()
    dashboard.go_back()
    expect(part(dashboard, "detail")).to_be_visible()
