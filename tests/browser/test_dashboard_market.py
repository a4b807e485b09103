"""The candlestick chart: a symbol's bars, what the account did and has in it, and levels that can be moved."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.axe import AXE, faults
from tests.browser.complaints import Complaints
from tests.browser.desk import DAY, OPENING, Desk, a_desk, a_page, part, percent, with_history

pytestmark = pytest.mark.browser

POSITION = """{ positions(filter: { open: true }) { nodes { id symbol stopLoss target1 target2 openQuantity } } }"""
ASSESS = """query ($input: AmendPositionInput!) { account { heatPercent }
  previewAmendment(input: $input) { tradeRiskPercent heatPercent } }"""
FILLS = "{ positions { nodes { fills { reason price rawPrice slippage } } } }"
MINUTE = timedelta(minutes=1)
MANY = 1_500


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with a_desk(tmp_path) as desk:
        with_history(desk)
        yield desk


@pytest.fixture
def dashboard(chromium: Browser, desk: Desk, complaints: Complaints) -> Iterator[Page]:
    with a_page(chromium, desk.server, complaints) as page:
        expect(part(page, "level-stopLoss")).to_be_visible()
        part(page, "market").scroll_into_view_if_needed()
        yield page
    assert complaints.messages == []


def position(desk: Desk) -> dict[str, Any]:
    [node] = desk.server.query(POSITION)["positions"]["nodes"]
    found: dict[str, Any] = node
    return found


def middle(element: Locator) -> tuple[float, float]:
    box = element.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def minutes(desk: Desk, symbol: str, count: int) -> None:
    """Bars of a minute, whose close goes up and down."""
    for first in range(0, count, 500):
        bars = []
        for number in range(first, min(count, first + 500)):
            start = OPENING + number * MINUTE
            price = str(100 + number % 7)
            prices = {"open": price, "high": "108", "low": "99", "close": price}
            bars.append({"symbol": symbol, "start": start.isoformat(), "end": (start + MINUTE).isoformat(), **prices})
        assert desk.do("ingestBars", "applied", bars=bars)["applied"] == len(bars)


def test_it_shows_bars_fills_and_levels_of_the_api(desk: Desk, dashboard: Page) -> None:
    expect(part(dashboard, "market-symbol")).to_have_value("ACME")
    expect(part(dashboard, "candles")).to_have_attribute("data-bars", "37")
    for name, text in (("open", "108.00"), ("high", "111.00"), ("low", "100.00"), ("close", "108.00")):
        expect(part(dashboard, f"bar-{name}")).to_have_text(text)
    fills = [fill for node in desk.server.query(FILLS)["positions"]["nodes"] for fill in node["fills"]]
    marks = part(dashboard, "fill-mark")
    expect(marks).to_have_count(len(fills))
    reasons = sorted(mark.get_attribute("data-reason") or "" for mark in marks.all())
    assert reasons == sorted(fill["reason"] for fill in fills)
    now = position(desk)
    expect(part(dashboard, "level-stopLoss")).to_have_attribute("aria-valuenow", now["stopLoss"])
    expect(part(dashboard, "level-target2")).to_have_attribute("aria-valuenow", now["target2"])
    expect(part(dashboard, "level-target1")).to_have_count(0)


def test_a_fill_explains_itself(dashboard: Page) -> None:
    stop = part(dashboard, "fill-mark").and_(dashboard.locator('[data-reason="STOP_LOSS"]'))
    stop.hover()
    tip = stop.locator(".fill-tip")
    expect(tip).to_be_visible()
    expect(tip).to_contain_text("bought 50 at 122.0244")
    expect(tip).to_contain_text("before slippage 122.00; slippage $1.22, commission $0.25")
    expect(tip).to_contain_text("the price reached the stop (R22)")
    expect(stop).to_have_accessible_name(
        "stop loss, 06 Feb 2024, 14:30 UTC: bought 50 ACME at 122.0244; before slippage 122.00, slippage $1.22; "
        "the price reached the stop (R22)"
    )
    stop.click()
    expect(part(dashboard, "detail")).to_be_visible()


def test_a_stop_is_dragged_and_confirmed_with_risk_and_heat(desk: Desk, dashboard: Page) -> None:
    before = position(desk)
    level = part(dashboard, "level-stopLoss")
    x, y = middle(level)
    dashboard.mouse.move(x, y)
    dashboard.mouse.down()
    dashboard.mouse.move(x, y + 12, steps=4)
    change = part(dashboard, "level-change")
    expect(change).to_contain_text("risk 0.00 % → ")
    dragged = level.get_attribute("aria-valuenow") or ""
    assert 95 < float(dragged) < 100
    found = desk.server.query(ASSESS, input={"positionId": before["id"], "stopLoss": dragged})
    then, heat = found["previewAmendment"], found["account"]["heatPercent"]
    told = f"risk 0.00 % → {percent(then['tradeRiskPercent'])}, heat {percent(heat)} → {percent(then['heatPercent'])}"
    expect(change).to_contain_text(told)
    assert position(desk) == before
    dashboard.mouse.up()
    expect(part(dashboard, "dialog-amend")).to_be_visible()
    expect(part(dashboard, "input-stop")).to_have_value(dragged)
    expect(part(dashboard, "confirm")).to_have_attribute("aria-disabled", "false")
    part(dashboard, "confirm").click()
    expect(level).to_have_attribute("aria-valuenow", dragged.rstrip("0").rstrip("."))
    assert float(position(desk)["stopLoss"]) == float(dragged)


def test_a_level_is_moved_by_the_keyboard_and_taken_back(desk: Desk, dashboard: Page) -> None:
    before = position(desk)
    level = part(dashboard, "level-target2")
    level.focus()
    dashboard.keyboard.press("ArrowUp")
    dashboard.keyboard.press("Shift+ArrowUp")
    expect(level).to_have_attribute("aria-valuenow", "120.11")
    dashboard.keyboard.press("Escape")
    expect(level).to_have_attribute("aria-valuenow", "120")
    dashboard.keyboard.press("PageUp")
    dashboard.keyboard.press("Enter")
    expect(part(dashboard, "input-target2")).to_have_value("121.00")
    expect(part(dashboard, "changes").locator("li")).to_have_text(["Target 2: 120.00 → 121.00"])
    dashboard.keyboard.press("Escape")
    expect(part(dashboard, "dialog-amend")).to_have_count(0)
    expect(level).to_have_attribute("aria-valuenow", "120")
    expect(level).to_be_focused()
    assert position(desk) == before


def test_a_stop_that_moved_is_drawn_as_a_way(dashboard: Page) -> None:
    ways = dashboard.evaluate(
        """async () => {
          const { Series } = await import("/static/dashboard/market/series.js");
          const { waysOf } = await import("/static/dashboard/market/traded.js");
          const series = new Series("ACME", null);
          await series.begin();
          const position = { id: "none", isOpen: true, entryTime: "2024-01-05T14:30:00Z", initialStopLoss: "95",
            amendments: [{ time: "2024-01-08T14:30:00Z", changes: [{ field: "stopLoss", to: "97" }] },
                         { time: "2024-01-10T14:30:00Z", changes: [{ field: "stopLoss", to: null }] }] };
          return waysOf([position], series).map((way) =>
            way.map(({ from, to, at }) => [from - series.first, to - series.first, at]));
        }"""
    )
    assert ways == [[[2.5, 5.5, 95], [5.5, 7.5, 97]]]


def test_moves_of_an_open_stop_are_read_from_the_journal(chromium: Browser, desk: Desk, complaints: Complaints) -> None:
    moves = """async () => {
      const { activity } = await import("/static/dashboard/desk/activity.js");
      const moved = activity.value.filter(({ kind }) => kind === "STOP_MOVED");
      return moved.map(({ event }) => event.position.stopLoss);
    }"""
    with a_page(chromium, desk.server, complaints) as page:
        expect(part(page, "level-stopLoss")).to_be_visible()
        while not (moved := page.evaluate(moves)):
            page.wait_for_timeout(20)
    assert moved == ["100.02"]
    assert complaints.messages == []


def test_the_newest_bar_comes_by_itself(desk: Desk, dashboard: Page) -> None:
    desk.bar("ACME", "105", "112", "109")
    expect(part(dashboard, "bar-close")).to_have_text("109.00")
    expect(part(dashboard, "candles")).to_have_attribute("data-bars", "38")


def test_a_bar_that_was_retracted_is_gone(desk: Desk, dashboard: Page) -> None:
    desk.bar("ACME", "105", "112", "109")
    expect(part(dashboard, "bar-close")).to_have_text("109.00")
    since = (OPENING + (desk.day - 1) * DAY).isoformat()
    assert desk.do("retractMarketData", "bars", symbol="ACME", **{"from": since})["bars"] == 1
    expect(part(dashboard, "bar-close")).to_have_text("108.00")


def test_a_symbol_is_chosen_by_name_and_by_address(desk: Desk, dashboard: Page) -> None:
    minutes(desk, "MINE", 20)
    desk.do("ingestQuotes", "applied", quotes=[{"symbol": "QUOTED", "time": OPENING.isoformat(), "price": "5"}])
    part(dashboard, "market-symbol").select_option("MINE")
    expect(part(dashboard, "candles")).to_have_attribute("data-bars", "20")
    assert dashboard.url.endswith("symbol=MINE")
    dashboard.go_back()
    expect(part(dashboard, "market-symbol")).to_have_value("ACME")
    dashboard.goto("/#account=default&symbol=QUOTED")
    expect(part(dashboard, "market")).to_contain_text("No bars of QUOTED")


def test_bars_are_fetched_as_they_come_into_view_and_made_coarser(desk: Desk, dashboard: Page) -> None:
    minutes(desk, "MANY", MANY)
    dashboard.goto("/#account=default&symbol=MANY")
    candles = part(dashboard, "candles")
    expect(candles).to_have_attribute("data-bars", "1000")
    candles.focus()
    for _ in range(7):
        dashboard.keyboard.press("PageUp")
    expect(candles).to_have_attribute("data-bars", str(MANY))
    expect(candles).to_have_attribute("data-interval", "stored")
    dashboard.keyboard.press("End")
    for _ in range(3):
        part(dashboard, "market-more").click()
    expect(candles).to_have_attribute("data-interval", "5m")
    expect(candles).to_have_attribute("data-bars", str(MANY // 5))
    for _ in range(3):
        part(dashboard, "market-less").click()
    expect(candles).to_have_attribute("data-interval", "stored")
    part(dashboard, "market-interval").select_option("1h")
    expect(candles).to_have_attribute("data-interval", "1h")
    expect(candles).to_have_attribute("data-bars", "26")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)], ids=["desktop", "phone"])
def test_the_chart_is_without_fault_and_fits(
    chromium: Browser, desk: Desk, complaints: Complaints, width: int, height: int, scheme: Any
) -> None:
    options: dict[str, Any] = {"color_scheme": scheme, "bypass_csp": True}  # for axe, which is no part of the page
    with a_page(chromium, desk.server, complaints, width=width, height=height, **options) as page:
        page.add_script_tag(path=AXE)
        level = part(page, "level-stopLoss")
        expect(level).to_be_visible()
        level.focus()
        page.keyboard.press("ArrowDown")
        expect(part(page, "level-change")).to_contain_text("heat")
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    assert complaints.messages == []
