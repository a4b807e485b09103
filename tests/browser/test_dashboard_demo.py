"""The dashboard of a demo that has just started is filled, and moves."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import choose_tab, part

pytestmark = pytest.mark.browser

FIGURES = ("equity", "pnl", "heat", "win-rate", "drawdown", "trades", "average-r", "eligibility")


def test_everything_is_filled_from_the_demo_and_moves(page: Page) -> None:
    page.goto("/")
    expect(part(page, "figure-equity")).to_be_visible(timeout=30_000)
    for figure in FIGURES:
        expect(part(page, f"figure-{figure}")).not_to_have_text("–")
    for plot in ("plot-equity", "plot-drawdown"):
        expect(part(page, plot).locator("canvas")).to_have_count(1)
    expect(part(page, "table-positions").locator("tbody tr")).not_to_have_count(0)
    for tab in ("trades", "signals", "breakdowns"):
        expect(choose_tab(page, tab).locator("tbody tr")).not_to_have_count(0)
    expect(choose_tab(page, "months").locator("td[class*=strength]")).not_to_have_count(0)
    expect(choose_tab(page, "settings").locator("fieldset")).to_have_count(4)
    expect(choose_tab(page, "comparison")).to_contain_text("papertape backtest --register")
    expect(choose_tab(page, "activity").locator("li")).not_to_have_count(0, timeout=60_000)
    expect(part(page, "connection")).to_have_attribute("data-state", "live")
    equity = part(page, "figure-equity").inner_text()
    expect(part(page, "figure-equity")).not_to_have_text(equity)
