"""One snapshot, one meaning a label: no two figures of the page contradict each other."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.complaints import Complaints
from tests.browser.desk import Desk, a_desk, a_page, money, part, percent, with_history

pytestmark = pytest.mark.browser

ONE_ANSWER = ("account(", "report(", "trades(", "equityCurve(")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with a_desk(tmp_path) as desk:
        with_history(desk)
        yield desk


@pytest.fixture
def dashboard(chromium: Browser, desk: Desk, complaints: Complaints) -> Iterator[Page]:
    with a_page(chromium, desk.server, complaints) as page:
        expect(part(page, "pager")).to_contain_text("1–2 of 2")
        # What it still asks as it begins would be left unanswered too, and the page waits for that.
        page.wait_for_load_state("networkidle")
        yield page
    assert complaints.messages == []


def _holding(*words: str) -> Callable[[Route], None]:
    """A handler that leaves questions unanswered which do not ask for all of this at once."""

    def handle(route: Route) -> None:
        if all(word in (route.request.post_data or "") for word in words):
            route.fallback()

    return handle


def test_account_report_trades_and_curve_come_in_one_answer(desk: Desk, dashboard: Page) -> None:
    dashboard.route("**/graphql", _holding(*ONE_ANSWER))
    desk.bar("ACME", "99", "121", "119")
    expect(part(dashboard, "figure-trades")).to_have_text("3")
    expect(part(dashboard, "pager")).to_contain_text("1–3 of 3")
    totals = desk.account()
    returned = desk.server.query("{ report { returnPercent } }")["report"]["returnPercent"]
    expect(part(dashboard, "figure-equity")).to_have_text(money(totals["equity"]))
    expect(part(dashboard, "card-equity")).to_contain_text(f"return +{percent(returned)}")
    expect(part(dashboard, "legend-equity")).to_have_text(money(totals["equity"]))
    expect(part(dashboard, "plot-equity")).to_have_attribute("aria-label", f"Equity from {_span(desk)}.")


def _span(desk: Desk) -> str:
    points = desk.server.query("{ equityCurve { time equity } }")["equityCurve"]
    return f"{money(points[0]['equity'])} on 03 Jan 2024 to {money(points[-1]['equity'])} on 09 Feb 2024"


def test_how_many_are_open_is_said_once(desk: Desk, dashboard: Page) -> None:
    expect(part(dashboard, "positions-count")).to_have_text("1")
    dashboard.route("**/graphql", _holding("never asked"))
    desk.signal("ACME", stopLoss="100", target1="120", target2=None, quantity="10")
    expect(part(dashboard, "positions-count")).to_have_text("2")
    expect(part(dashboard, "card-heat")).not_to_contain_text("open")


def test_what_trades_cost_and_what_all_fills_cost_have_names_of_their_own(desk: Desk, dashboard: Page) -> None:
    totals = desk.account()
    closed = desk.server.query("{ report { commission slippage } }")["report"]
    assert totals["commission"] != closed["commission"]
    card = part(dashboard, "card-trades")
    expect(card).to_contain_text(f"commission, closed {money(closed['commission'])}")
    expect(card).to_contain_text(f"slippage, closed {money(closed['slippage'])}")
    expect(card).to_contain_text(f"commission, all {money(totals['commission'])}")
    expect(card).to_contain_text(f"slippage, all {money(totals['slippage'])}")


def test_trades_are_sorted_by_the_desk(desk: Desk, dashboard: Page) -> None:
    table = part(dashboard, "table-trades")
    sides = table.locator('[data-key="side"]')
    for direction, order in (("descending", ["LONG", "SHORT"]), ("ascending", ["SHORT", "LONG"])):
        part(table, "sort-pnl").click()
        expect(sides).to_have_text(order)
        expect(table.locator("th[aria-sort]")).to_have_attribute("aria-sort", direction)
    part(table, "sort-exited").click()
    expect(sides).to_have_text(["SHORT", "LONG"])
