"""The whole at a glance: what is held by symbol, what today brought, years, and all accounts beside each other."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.complaints import Complaints
from tests.browser.desk import (
    LEVELS,
    Desk,
    a_desk,
    a_page,
    choose_tab,
    money,
    part,
    percent,
    signed_money,
    with_history,
)

pytestmark = pytest.mark.browser

HELD = """{
  holdings { symbol marketValue unrealizedPnl todayPnl realizedPnl heatPercent }
  account { marketValue unrealizedPnl todayPnl realizedPnl heatPercent }
}"""
BOARD = "{ board { nodes { account { name equity } returnPercent tradeCount } } }"
MANY = 200


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with a_desk(tmp_path_factory.mktemp("desk")) as desk:
        with_history(desk)
        desk.signal("ACME", quantity="10", target1="112", target2=None)
        desk.do("enable", account="second", settings={"startingCapital": "5000"})
        yield desk


@pytest.fixture
def dashboard(chromium: Browser, desk: Desk, complaints: Complaints) -> Iterator[Page]:
    with a_page(chromium, desk.server, complaints) as page:
        expect(part(page, "figure-trades")).to_have_text("2")
        yield page
    assert complaints.messages == []


def test_positions_are_grouped_by_symbol_and_summed_by_the_desk(desk: Desk, dashboard: Page) -> None:
    answer = desk.server.query(HELD)
    [held], totals = answer["holdings"], answer["account"]
    expect(part(dashboard, "card-equity")).to_contain_text(f"market value {money(totals['marketValue'])}")
    expect(part(dashboard, "card-pnl")).to_contain_text(f"today {signed_money(totals['todayPnl'])}")
    unrealized = part(dashboard, "table-positions").locator('tfoot [data-key="pnl"]')
    expect(unrealized).to_have_text(signed_money(held["unrealizedPnl"]))
    part(dashboard, "by-symbol").click()
    table = part(dashboard, "table-holdings")
    expect(table.locator("tbody tr")).to_have_count(1)
    expect(table.locator('tbody [data-key="positions"]')).to_have_text("2")
    for key, show in (
        ("marketValue", money),
        ("todayPnl", signed_money),
        ("unrealizedPnl", signed_money),
        ("realizedPnl", signed_money),
        ("heatPercent", percent),
    ):
        expect(table.locator(f'tbody [data-key="{key}"]')).to_have_text(show(held[key]))
        expect(table.locator(f'tfoot [data-id="account"] [data-key="{key}"]')).to_have_text(show(totals[key]))
    part(dashboard, "by-symbol").click()
    expect(part(dashboard, "table-positions")).to_be_visible()


def test_what_the_account_has_beyond_the_symbols_that_it_holds_has_rows_of_its_own(
    chromium: Browser, tmp_path: Path, complaints: Complaints
) -> None:
    with a_desk(tmp_path) as desk:
        desk.do("enable")
        for symbol in ("ACME", "ZINC"):
            desk.bar(symbol, "99", "101", "100")
            desk.signal(symbol, target2=None)
        with a_page(chromium, desk.server, complaints) as page:
            part(page, "by-symbol").click()
            totals = part(page, "table-holdings").locator("tfoot tr")
            expect(totals.locator("th")).to_have_text(["Account"])
            desk.bar("ZINC", "109", "111", "110")
            desk.signal("ACME", entry="LIMIT", entryPrice="90", stopLoss="85", target1="100", target2=None)
            expect(totals.locator("th")).to_have_text(["No longer held", "Waiting orders", "Account"])
            closed, waiting, account = totals.all()
            answer = desk.server.query(HELD)
            [held], standing = answer["holdings"], answer["account"]
            assert held["realizedPnl"] == "0"
            expect(closed.locator('[data-key="realizedPnl"]')).to_have_text(signed_money(standing["realizedPnl"]))
            expect(account.locator('[data-key="realizedPnl"]')).to_have_text(signed_money(standing["realizedPnl"]))
            today = Decimal(standing["todayPnl"]) - Decimal(held["todayPnl"])
            expect(closed.locator('[data-key="todayPnl"]')).to_have_text(signed_money(str(today)))
            waits = Decimal(standing["heatPercent"]) - Decimal(held["heatPercent"])
            expect(waiting.locator('[data-key="heatPercent"]')).to_have_text(percent(str(waits)))
            expect(waiting.locator('[data-key="realizedPnl"]')).to_have_text("")
    assert complaints.messages == []


def test_all_accounts_stand_beside_each_other_and_open(desk: Desk, dashboard: Page) -> None:
    rows = choose_tab(dashboard, "board").locator("tbody tr")
    nodes = desk.server.query(BOARD)["board"]["nodes"]
    expect(rows).to_have_count(2)
    for node in nodes:
        row = dashboard.locator(f'[data-test="table-board"] [data-id="{node["account"]["name"]}"]')
        expect(row.locator('[data-key="equity"]')).to_have_text(money(node["account"]["equity"]))
        expect(row.locator('[data-key="tradeCount"]')).to_have_text(str(node["tradeCount"]))
    part(dashboard, "open-account-of-board").filter(has_text="second").click()
    expect(part(dashboard, "figure-equity")).to_have_text("$5,000.00")
    dashboard.go_back()
    expect(part(dashboard, "account-switcher")).to_have_value("default")


def test_a_years_months_are_compounded(desk: Desk, dashboard: Page) -> None:
    months = desk.server.query("{ report { monthlyReturns { percent } } }")["report"]["monthlyReturns"]
    grown = 1.0
    for month in months:
        grown *= 1 + float(month["percent"]) / 100
    shown = f"{'+' if grown > 1 else '−'}{abs(grown - 1) * 100:.2f} %"
    expect(choose_tab(dashboard, "months").locator(".year-total")).to_have_text([shown])


def test_rows_out_of_sight_are_not_drawn(chromium: Browser, tmp_path: Path, complaints: Complaints) -> None:
    with a_desk(tmp_path) as desk:
        desk.do("enable", settings={"maxHeatPercent": "100"})
        desk.bar("ACME", "99", "101", "100")
        desk.do("executeSignals", signals=[{"symbol": "ACME", **LEVELS, "quantity": "1"}] * MANY)
        with a_page(chromium, desk.server, complaints) as page:
            expect(part(page, "positions-count")).to_have_text(str(MANY))
            table = part(page, "table-positions")
            expect(table.locator("table")).to_have_attribute("aria-rowcount", str(MANY + 1))
            rows = table.locator("tbody tr.leads")
            expect(rows.first).to_have_attribute("aria-rowindex", "2")
            assert rows.count() < 60
            table.evaluate("(frame) => frame.scrollTo(0, frame.scrollHeight)")
            expect(rows.last).to_have_attribute("aria-rowindex", str(MANY + 1))
            assert rows.count() < 60
            whole = table.evaluate("(frame) => frame.scrollHeight")
            table.evaluate("(frame) => frame.scrollTo(0, 0)")
            expect(rows.first).to_have_attribute("aria-rowindex", "2")
            assert abs(table.evaluate("(frame) => frame.scrollHeight") - whole) <= MANY
        with a_page(chromium, desk.server, complaints, width=390, height=844) as page:
            rows = part(page, "table-positions").locator("tbody tr.leads")
            expect(rows.first).to_be_visible()
            expect(rows.nth(40)).to_have_count(0)
    assert complaints.messages == []
