"""What is open or waits is closed in parts, amended and reversed, each with what follows from it told before."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.browser.axe import AXE, faults
from tests.browser.complaints import Complaints
from tests.browser.desk import Desk, a_desk, a_page, choose_tab, part, percent

pytestmark = pytest.mark.browser

POSITIONS = """{ positions { nodes {
  id symbol side isOpen openQuantity stopLoss target1 target2 note expiresAt trailingStop { offset } trade { id }
} } }"""
SIGNALS = "{ signals { nodes { status entryPrice stopLoss stopPercent quantity riskPercent } } }"
ASSESS = """query ($input: AmendPositionInput!) { account { heatPercent }
  previewAmendment(input: $input) { tradeRiskPercent heatPercent } }"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with a_desk(tmp_path) as desk:
        desk.do("enable")
        desk.bar("ACME", "99", "101", "100")
        desk.signal("ACME")
        yield desk


@pytest.fixture
def dashboard(chromium: Browser, desk: Desk, complaints: Complaints) -> Iterator[Page]:
    with a_page(chromium, desk.server, complaints) as page:
        expect(part(page, "positions-count")).to_have_text("1")
        yield page
    assert complaints.messages == []


def positions(desk: Desk) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = desk.server.query(POSITIONS)["positions"]["nodes"]
    return nodes


def settled(page: Page) -> None:
    """Wait until the figures on screen are those of what was typed last, and nothing speaks against it."""
    expect(part(page, "confirm")).to_have_attribute("aria-disabled", "false")


def test_a_part_of_a_position_is_closed_in_percent(desk: Desk, dashboard: Page) -> None:
    part(dashboard, "close-position").click()
    consequences = part(dashboard, "consequences")
    expect(consequences).to_contain_text("All 100 will be sold at market; the last price is 100.00.")
    part(dashboard, "choose-closeBy").select_option("percent")
    part(dashboard, "input-amount").fill("33.5")
    expect(consequences).to_contain_text("33 of 100 will be sold at market; the last price is 100.00.")
    expect(consequences).to_contain_text("At that price it makes −$0.66;")
    expect(consequences).to_contain_text("67 stay open, with stop and targets as they are.")
    part(dashboard, "input-amount").press("Enter")
    expect(part(dashboard, "confirm")).to_be_focused()
    dashboard.keyboard.press("Enter")
    expect(part(dashboard, "outcome")).to_contain_text("Sold 33 ACME at 99.98.")
    expect(dashboard.locator('[data-symbol="ACME"] [data-key="quantity"]')).to_have_text("67 / 100")
    assert [position["openQuantity"] for position in positions(desk)] == ["67"]


def test_a_part_that_cannot_be_closed_is_said_beside_its_field(desk: Desk, dashboard: Page) -> None:
    part(dashboard, "close-position").click()
    part(dashboard, "choose-closeBy").select_option("quantity")
    for text, told in (("101", "Only 100 are open."), ("x", "Write a number above 0")):
        part(dashboard, "input-amount").fill(text)
        expect(part(dashboard, "field-amount")).to_contain_text(told)
    part(dashboard, "input-amount").fill("0.5")
    part(dashboard, "confirm").click()
    expect(part(dashboard, "refusals")).to_contain_text("invalid input")
    part(dashboard, "choose-closeBy").select_option("percent")
    expect(part(dashboard, "field-amount")).to_contain_text("That is less than one unit.")
    assert positions(desk)[0]["openQuantity"] == "100"


def test_all_positions_are_closed_at_once(desk: Desk, dashboard: Page) -> None:
    desk.bar("ZINC", "99", "101", "100")
    desk.signal("ZINC")
    part(dashboard, "close-all").click()
    expect(part(dashboard, "dialog-close-all")).to_contain_text("2 open positions will be closed at market")
    part(dashboard, "confirm").click()
    expect(part(dashboard, "outcome")).to_contain_text("2 positions closed.")
    expect(part(dashboard, "positions-count")).to_have_text("0")
    assert [position["isOpen"] for position in positions(desk)] == [False, False]


def test_an_amendment_shows_risk_and_heat_as_they_are_and_would_be(desk: Desk, dashboard: Page) -> None:
    [position] = positions(desk)
    found = desk.server.query(ASSESS, input={"positionId": position["id"], "stopLoss": "98"})
    part(dashboard, "amend-position").click()
    expect(part(dashboard, "input-stop")).to_be_focused()
    part(dashboard, "input-stop").fill("98")
    part(dashboard, "input-target2").fill("")
    part(dashboard, "input-note").fill("tighter")
    settled(dashboard)
    expect(part(dashboard, "changes").locator("li")).to_have_text(
        ["Stop: 95.00 → 98.00", "Target 2: 120.00 → none", "Note: none → tighter"]
    )
    then, heat = found["previewAmendment"], found["account"]["heatPercent"]
    checks = part(dashboard, "checks")
    expect(checks).to_contain_text(f"Portfolio heat {percent(heat)} → {percent(then['heatPercent'])} at most 10.00 %")
    expect(checks).to_contain_text(f"Risk of the trade 0.50 % → {percent(then['tradeRiskPercent'])} at most 2.00 %")
    part(dashboard, "input-note").press("Enter")
    dashboard.keyboard.press("Enter")
    expect(part(dashboard, "outcome")).to_contain_text("ACME was amended.")
    [amended] = positions(desk)
    assert (amended["stopLoss"], amended["target1"], amended["target2"], amended["note"]) == (
        "98",
        "110",
        None,
        "tighter",
    )


def test_an_expiry_is_shown_and_taken_away(desk: Desk, dashboard: Page) -> None:
    desk.do("amendPosition", positionId=positions(desk)[0]["id"], expiresAt="2024-03-01T21:00:00Z")
    part(dashboard, "amend-position").click()
    expect(part(dashboard, "input-expiresAt")).to_have_value("2024-03-01T21:00")
    part(dashboard, "input-expiresAt").fill("")
    settled(dashboard)
    expect(part(dashboard, "changes").locator("li")).to_have_text(
        ["Close at the latest: 01 Mar 2024, 21:00 UTC → none"]
    )
    part(dashboard, "confirm").click()
    expect(part(dashboard, "outcome")).to_contain_text("ACME was amended.")
    assert [position["expiresAt"] for position in positions(desk)] == [None]


def test_changes_have_the_places_of_their_instrument_unless_they_would_look_alike(desk: Desk, dashboard: Page) -> None:
    desk.do("amendPosition", positionId=positions(desk)[0]["id"], stopLoss="97.0194")
    part(dashboard, "amend-position").click()
    changes = part(dashboard, "changes").locator("li")
    part(dashboard, "input-stop").fill("99")
    expect(changes).to_have_text(["Stop: 97.02 → 99.00"])
    part(dashboard, "input-stop").fill("97.02")
    expect(changes).to_have_text(["Stop: 97.0194 → 97.02"])


def test_an_amendment_is_refused_in_the_words_of_its_fields(desk: Desk, dashboard: Page) -> None:
    told = "“Target 2” needs a “Target 1” (R14)"
    part(dashboard, "amend-position").click()
    part(dashboard, "input-target1").fill("")
    expect(part(dashboard, "field-target1")).to_contain_text(told)
    expect(part(dashboard, "refusals")).to_contain_text(told)


def test_an_amendment_that_would_be_refused_says_why_beside_its_field(desk: Desk, dashboard: Page) -> None:
    part(dashboard, "amend-position").click()
    part(dashboard, "input-stop").fill("101")
    expect(part(dashboard, "field-stop")).to_contain_text("(R14)")
    expect(part(dashboard, "confirm")).to_have_attribute("aria-disabled", "true")
    part(dashboard, "input-stop").fill("70")
    expect(part(dashboard, "refusals")).to_contain_text("% of equity; the limit is 2 % (R18)")
    expect(part(dashboard, "checks").locator(".failed")).to_contain_text("Risk of the trade 0.50 % → 3.00 %")


def test_what_changed_meanwhile_is_shown_and_looked_at_again(desk: Desk, dashboard: Page) -> None:
    part(dashboard, "amend-position").click()
    part(dashboard, "input-target1").fill("112")
    settled(dashboard)
    desk.do("amendPosition", positionId=positions(desk)[0]["id"], stopLoss="97", trailingStop={"offset": "4"})
    expect(part(dashboard, "meanwhile").locator("li")).to_have_text(
        ["Stop: 95.00 → 97.00", "Trailing stop: none → 4.00 behind, at once"]
    )
    expect(part(dashboard, "refusals")).to_contain_text("changed meanwhile")
    expect(part(dashboard, "confirm")).to_have_attribute("aria-disabled", "true")
    part(dashboard, "look-again").click()
    expect(part(dashboard, "input-stop")).to_have_value("97")
    expect(part(dashboard, "input-target1")).to_have_value("112")
    settled(dashboard)
    part(dashboard, "confirm").click()
    expect(part(dashboard, "outcome")).to_contain_text("ACME was amended.")
    [amended] = positions(desk)
    assert (amended["stopLoss"], amended["target1"], amended["trailingStop"]) == ("97", "112", {"offset": "4"})


def test_an_amendment_whose_answer_was_lost_is_made_once(chromium: Browser, desk: Desk, complaints: Complaints) -> None:
    sent: list[str] = []

    def lose_the_answer(route: Route, request: Request) -> None:
        content = json.loads(request.post_data or "{}")
        if "mutation Amend" not in content.get("query", ""):
            route.fallback()
            return
        sent.append(content["variables"]["input"]["id"])
        if len(sent) == 1:
            route.fetch()
            route.abort()
        else:
            route.fallback()

    with a_page(chromium, desk.server, complaints) as page:
        page.route("**/graphql", lose_the_answer)
        part(page, "amend-position").click()
        part(page, "input-stop").fill("98")
        settled(page)
        part(page, "confirm").click()
        expect(part(page, "outcome")).to_contain_text("ACME was amended.")
    assert len(sent) == 2
    assert len(set(sent)) == 1
    found = desk.server.query("{ positions { nodes { stopLoss amendments { changes { field to } } } } }")
    assert found["positions"]["nodes"] == [
        {"stopLoss": "98", "amendments": [{"changes": [{"field": "stopLoss", "to": "98"}]}]}
    ]
    assert [complaint for complaint in complaints.messages if "ERR_FAILED" not in complaint] == []


def test_a_position_is_reversed_by_a_ticket_that_is_filled_in(desk: Desk, dashboard: Page) -> None:
    part(dashboard, "reverse-position").click()
    expect(part(dashboard, "input-size")).to_have_value("100")
    part(dashboard, "input-stop").fill("104")
    settled(dashboard)
    expect(part(dashboard, "preview")).to_contain_text("Sell short 100 ACME at the market")
    part(dashboard, "confirm").click()
    expect(part(dashboard, "outcome")).to_contain_text("Closed the position. Sold short 100 ACME at 99.98.")
    shown = [(position["side"], position["isOpen"], position["stopLoss"]) for position in positions(desk)]
    assert shown == [("SHORT", True, "104"), ("LONG", False, "95")]


def test_a_working_signal_is_amended_in_place_and_cancelled(desk: Desk, dashboard: Page) -> None:
    desk.signal("ACME", entry="LIMIT", entryPrice="90", stopLoss="85", target1="100", target2=None)
    choose_tab(dashboard, "signals")
    part(dashboard, "amend-signal").click()
    expect(part(dashboard, "input-entryPrice")).to_be_focused()
    part(dashboard, "input-entryPrice").fill("91")
    part(dashboard, "choose-stopBy").select_option("stopPercent")
    part(dashboard, "input-stop").fill("4")
    settled(dashboard)
    part(dashboard, "input-stop").press("Enter")
    dashboard.keyboard.press("Enter")
    expect(part(dashboard, "outcome")).to_contain_text("The signal on ACME was amended.")
    row = part(dashboard, "table-signals").locator("tbody tr").first
    expect(row.locator('[data-key="entry"]')).to_have_text("limit at 91.00")
    expect(row.locator('[data-key="stop"]')).to_have_text("4.00 % away")
    amended = desk.server.query(SIGNALS)["signals"]["nodes"][0]
    assert (amended["entryPrice"], amended["stopLoss"], amended["stopPercent"]) == ("91", None, "4")
    part(dashboard, "cancel-signal").click()
    part(dashboard, "confirm").click()
    expect(part(dashboard, "outcome")).to_contain_text("The signal on ACME was cancelled.")
    expect(row.locator(".outcome")).to_have_text("cancelled")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)], ids=["desktop", "phone"])
def test_the_dialogs_are_without_fault_and_fit(
    chromium: Browser, desk: Desk, complaints: Complaints, width: int, height: int, scheme: Any
) -> None:
    options: dict[str, Any] = {"color_scheme": scheme, "bypass_csp": True}  # for axe, which is no part of the page
    with a_page(chromium, desk.server, complaints, width=width, height=height, **options) as page:
        page.add_script_tag(path=AXE)
        for button, field, dialog in (
            ("amend-position", "stop", "dialog-amend"),
            ("close-position", None, "dialog-close"),
            ("reverse-position", "stop", "dialog-reverse"),
        ):
            part(page, button).click()
            if field is not None:
                part(page, f"input-{field}").fill("70")
                expect(part(page, "refusals")).to_be_visible()
            assert faults(page) == [], dialog
            width_hidden = part(page, dialog).evaluate("(dialog) => dialog.scrollWidth - dialog.clientWidth")
            assert width_hidden == 0, dialog
            page.keyboard.press("Escape")
    assert complaints.messages == []
