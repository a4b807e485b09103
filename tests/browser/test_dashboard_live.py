"""What the dashboard shows as it happens: positions, refusals, and commands to an account."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.complaints import Complaints
from tests.browser.desk import (
    DAY,
    OPENING,
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


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with a_desk(tmp_path) as desk:
        yield desk


@pytest.fixture
def dashboard(chromium: Browser, desk: Desk, complaints: Complaints) -> Iterator[Page]:
    with a_page(chromium, desk.server, complaints) as page:
        yield page
    assert complaints.messages == []


def test_the_cards_show_the_figures_of_the_api(desk: Desk, dashboard: Page) -> None:
    with_history(desk)
    expect(part(dashboard, "figure-trades")).to_have_text("2")
    totals = desk.account()
    expect(part(dashboard, "figure-equity")).to_have_text(money(totals["equity"]))
    expect(part(dashboard, "figure-pnl")).to_have_text(signed_money(totals["totalPnl"]))
    expect(part(dashboard, "card-pnl")).to_contain_text(f"realized {signed_money(totals['realizedPnl'])}")
    expect(part(dashboard, "card-pnl")).to_contain_text(f"open {signed_money(totals['unrealizedPnl'])}")
    expect(part(dashboard, "card-pnl")).to_contain_text(f"entry fees {money('-' + totals['openCommission'])}")
    expect(part(dashboard, "figure-heat")).to_have_text(percent(totals["heatPercent"]))
    expect(part(dashboard, "figure-win-rate")).to_have_text("50.00 %")
    expect(part(dashboard, "figure-drawdown")).to_have_text(percent(totals["maxDrawdown"]))
    expect(part(dashboard, "card-trades")).to_contain_text(f"commission, all {money(totals['commission'])}")
    expect(part(dashboard, "figure-eligibility")).to_have_text("0 / 90 days")
    expect(part(dashboard, "banner")).to_contain_text("PAPER TRADING MODE – no real capital at risk")


def test_the_first_run_shows_recipes_and_opens_an_account(desk: Desk, dashboard: Page) -> None:
    expect(part(dashboard, "first-run")).to_contain_text("There is no account “default” yet.")
    for language in ("curl", "python", "javascript"):
        part(dashboard, f"recipe-{language}").click()
        expect(part(dashboard, "first-signal").locator("code")).to_contain_text(desk.server.url)
    part(dashboard, "open-account").click()
    part(dashboard, "confirm").click()
    expect(part(dashboard, "figure-equity")).to_have_text("$100,000.00")
    assert desk.account()["enabled"]


def test_a_retracted_price_is_replaced_on_the_page(desk: Desk, dashboard: Page) -> None:
    desk.do("enable")
    desk.bar("ACME", "99", "101", "100")
    desk.signal("ACME")
    last = dashboard.locator('[data-symbol="ACME"] [data-key="last"]')
    desk.bar("ACME", "104", "106", "105")
    expect(last).to_have_text("105.00")
    since = (OPENING + DAY).isoformat()
    assert desk.do("retractMarketData", "bars", symbol="ACME", **{"from": since})["bars"] == 1
    expect(last).to_have_text("100.00")
    desk.day -= 1
    desk.bar("ACME", "101", "103", "102")
    expect(last).to_have_text("102.00")


def test_a_position_opens_scales_out_and_closes_on_the_page(desk: Desk, dashboard: Page) -> None:
    desk.do("enable")
    desk.bar("ACME", "99", "101", "100")
    expect(part(dashboard, "positions")).to_contain_text("Nothing is open")
    desk.signal("ACME", breakEvenAfterTarget1=True)
    row = dashboard.locator('[data-symbol="ACME"]')
    expect(row.locator('[data-key="quantity"]')).to_have_text("100 / 100")
    expect(row.locator('[data-key="entry"]')).to_have_text("100.02")
    desk.bar("ACME", "101", "111", "108")
    expect(row.locator('[data-key="quantity"]')).to_have_text("50 / 100")
    expect(row.locator('[data-key="last"]')).to_have_text("108.00")
    expect(row.locator('[data-key="pnl"]')).to_have_text("+$399.00")
    desk.bar("ACME", "109", "121", "119")
    expect(row).to_have_count(0)
    expect(part(dashboard, "figure-trades")).to_have_text("1")
    activity = choose_tab(dashboard, "activity").locator("li")
    expect(activity).to_contain_text(
        [
            "Trade: ACME long +$1,497.00, +2.98 R",
            "ACME long closed, target 2: 50 at 120.00",
            "ACME long: the stop moved to 100.02",
            "ACME long reduced at target 1: 50 at 110.00",
            "ACME long opened: 100 at 100.02",
            "Signal: ACME long was executed",
        ]
    )


def test_positions_are_sorted_by_what_is_clicked(desk: Desk, dashboard: Page) -> None:
    desk.do("enable")
    for symbol, quantity in (("AAA", "20"), ("BBB", "30"), ("CCC", "10")):
        desk.bar(symbol, "99", "101", "100")
        desk.signal(symbol, quantity=quantity)
    desk.bar("CCC", "99", "109", "108")
    rows = part(dashboard, "table-positions").locator("tbody tr")
    expect(rows.locator('[data-key="pnl"]')).to_have_text(["+$79.80", "−$0.60", "−$0.40"])
    for key, descending in (("quantity", "BBB AAA CCC"), ("pnl", "CCC AAA BBB"), ("symbol", "CCC BBB AAA")):
        by = part(dashboard, f"sort-{key}")
        for direction, order in (("descending", descending.split()), ("ascending", descending.split()[::-1])):
            by.click()
            expect(rows.locator('[data-key="symbol"]')).to_have_text(order)
            expect(dashboard.locator("th[aria-sort]").filter(has=by)).to_have_attribute("aria-sort", direction)
            expect(dashboard.locator("th[aria-sort]")).to_have_count(1)


def test_a_row_flashes_once_for_each_change(desk: Desk, dashboard: Page) -> None:
    desk.do("enable")
    for symbol in ("AAA", "BBB"):
        desk.bar(symbol, "99", "101", "100")
        desk.signal(symbol)
    expect(part(dashboard, "positions-count")).to_have_text("2")
    dashboard.evaluate(
        """() => {
          window.flashes = [];
          document.addEventListener("animationstart", ({ target, animationName }) => {
            if (animationName.startsWith("flash")) window.flashes.push(`${target.dataset.symbol} ${animationName}`);
          });
        }"""
    )
    for count, close in enumerate(("101", "102"), start=1):
        desk.bar("AAA", "99", "103", close)
        expect(dashboard.locator('[data-symbol="AAA"] [data-key="last"]')).to_have_text(f"{close}.00")
        dashboard.wait_for_function("count => window.flashes.length === count", arg=count)
    assert dashboard.evaluate("window.flashes") == ["AAA flash-odd", "AAA flash-even"]


def test_the_pages_of_trades_are_turned(desk: Desk, dashboard: Page) -> None:
    desk.do("enable")
    for _ in range(26):
        desk.bar("ACME", "99", "101", "100")
        desk.signal("ACME", quantity="1", target2=None)
        desk.bar("ACME", "109", "111", "109")
    panel = choose_tab(dashboard, "trades")
    rows, pager = panel.locator("tbody tr"), part(dashboard, "pager")
    exits = panel.locator('[data-key="exited"]').all_inner_texts
    expect(pager).to_contain_text("1–25 of 26")
    newest = exits()
    expect(part(dashboard, "newer")).to_be_disabled()
    part(dashboard, "older").click()
    expect(pager).to_contain_text("26–26 of 26")
    expect(rows).to_have_count(1)
    assert exits()[0] not in newest
    expect(part(dashboard, "older")).to_be_disabled()
    part(dashboard, "newer").click()
    expect(pager).to_contain_text("1–25 of 26")
    expect(rows).to_have_count(25)
    assert exits() == newest


def test_a_refused_signal_is_explained(desk: Desk, dashboard: Page) -> None:
    desk.do("enable")
    desk.bar("ACME", "99", "101", "100")
    desk.signal("ACME", quantity="1000")
    row = choose_tab(dashboard, "signals").locator("tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("rejected")
    expect(part(dashboard, "reason")).to_contain_text("the trade would risk 5.02 % of equity; the limit is 2 % (R18)")
    expect(part(dashboard, "reason")).to_contain_text("trade risk exceeded · actual 5.02 · limit 2")


def test_closing_asks_for_confirmation_and_escape_cancels(desk: Desk, dashboard: Page) -> None:
    desk.do("enable")
    desk.bar("ACME", "99", "101", "100")
    desk.signal("ACME")
    close = part(dashboard, "close-position")
    close.click()
    expect(part(dashboard, "dialog-close")).to_contain_text("All 100 will be sold at market; the last price is 100.00.")
    dashboard.keyboard.press("Escape")
    expect(part(dashboard, "dialog-close")).to_have_count(0)
    expect(close).to_be_focused()
    close.click()
    part(dashboard, "confirm").click()
    expect(part(dashboard, "positions-count")).to_have_text("0")
    assert desk.account()["tradeCount"] == 1


def test_a_question_is_open_as_soon_as_it_is_drawn(desk: Desk, dashboard: Page) -> None:
    asked = "(button) => { button.click(); return document.querySelector('dialog').open; }"
    assert part(dashboard, "open-account").evaluate(asked) is True


def test_levels_that_are_not_there_are_shown_as_such(desk: Desk, dashboard: Page) -> None:
    desk.do("enable", settings={"maxTradeRiskPercent": "100", "maxHeatPercent": "100"})
    desk.bar("ACME", "99", "101", "100")
    desk.signal("ACME", stopLoss=None)
    desk.signal("ACME", target1=None, target2=None)
    desk.signal("ACME", stopLoss=None, target1=None, target2=None)
    expect(part(dashboard, "positions-count")).to_have_text("3")
    for told in ("no stop, last 100.00, target 110.00", "stop 95.00, last 100.00, no target"):
        expect(dashboard.get_by_label(told, exact=True)).to_have_count(1)
    bare = dashboard.get_by_label("no stop, last 100.00, no target", exact=True)
    expect(bare.locator(".levels-low")).to_have_text("–")
    desk.signal("ACME", stopLoss=None, stopPercent="5", target1=None, target1R="2", target2="120")
    rows = choose_tab(dashboard, "signals").locator("tbody tr")
    expect(rows).to_have_count(4)
    expect(rows.first).to_contain_text("5.00 % away")
    expect(rows.first).to_contain_text("2.00 R, 120.00")


def test_disable_enable_and_reset_say_what_will_end(desk: Desk, dashboard: Page) -> None:
    with_history(desk)
    expect(part(dashboard, "positions-count")).to_have_text("1")
    part(dashboard, "disable").click()
    expect(part(dashboard, "dialog-disable")).to_contain_text("1 open position will be closed at market.")
    expect(part(dashboard, "dialog-disable")).to_contain_text("1 working signal will be cancelled.")
    part(dashboard, "confirm").click()
    expect(part(dashboard, "banner-disabled")).to_contain_text("This account is disabled")
    part(dashboard, "enable").click()
    part(dashboard, "confirm").click()
    expect(part(dashboard, "banner-disabled")).to_have_count(0)
    part(dashboard, "reset").click()
    expect(part(dashboard, "dialog-reset")).to_contain_text("No position is open: none will be closed.")
    part(dashboard, "confirm").click()
    expect(part(dashboard, "session-picker")).to_contain_text("2, running")
    expect(part(dashboard, "figure-equity")).to_have_text("$100,000.00")
    part(dashboard, "session-picker").select_option("1")
    expect(part(dashboard, "archive-note")).to_contain_text("is the archive")
    expect(part(dashboard, "figure-trades")).to_have_text("3")
    expect(part(dashboard, "positions")).to_have_count(0)


def test_a_halt_says_why_and_is_lifted_by_hand(desk: Desk, dashboard: Page) -> None:
    desk.do("enable", settings={"maxDrawdownPercent": "0.5"})
    desk.bar("ACME", "99", "101", "100")
    desk.signal("ACME", quantity="300", stopLoss="94")
    desk.bar("ACME", "97", "100", "97")
    banner = part(dashboard, "banner-halted")
    expect(banner).to_contain_text("Halted. It takes no signals: the drawdown, from 100000 to 99092.5, exceeds 0.5 %.")
    part(dashboard, "resume").click()
    part(dashboard, "confirm").click()
    expect(banner).to_have_count(0)
    marks = part(dashboard, "chart-marks")
    expect(marks.locator('[data-kind="HALTED"]')).to_contain_text("halted")
    expect(marks.locator('[data-kind="RESUMED"]')).to_have_count(1)


def test_accounts_are_looked_at_one_at_a_time(desk: Desk, dashboard: Page) -> None:
    desk.do("enable")
    desk.do("enable", account="other", settings={"startingCapital": "5000"})
    part(dashboard, "account-switcher").select_option("other")
    expect(part(dashboard, "figure-equity")).to_have_text("$5,000.00")
    dashboard.reload()
    expect(part(dashboard, "account-switcher")).to_have_value("other")
    expect(part(dashboard, "figure-equity")).to_have_text("$5,000.00")
