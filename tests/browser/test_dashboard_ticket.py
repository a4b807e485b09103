"""The order ticket: what is typed, what the desk says of it meanwhile, and what becomes of it once it is sent."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, Route, expect

from tests.browser.axe import AXE, faults
from tests.browser.complaints import Complaints
from tests.browser.desk import Desk, a_desk, a_page, money, part, percent

pytestmark = pytest.mark.browser

PREVIEW = """query ($input: ExecuteSignalInput!) { previewSignal(input: $input) {
  quantity fillPrice commission stopLoss target1 tradeRiskPercent heatPercent buyingPower errors { message } } }"""
SIGNALS = "{ signals { nodes { signalId symbol side status quantity note entry entryPrice error { message } } } }"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with a_desk(tmp_path) as desk:
        desk.do("enable")
        desk.bar("ACME", "99", "101", "100")
        yield desk


@pytest.fixture
def dashboard(chromium: Browser, desk: Desk, complaints: Complaints) -> Iterator[Page]:
    with a_page(chromium, desk.server, complaints) as page:
        expect(part(page, "figure-equity")).to_be_visible()
        yield page
    assert complaints.messages == []


def signals(desk: Desk) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = desk.server.query(SIGNALS)["signals"]["nodes"]
    return nodes


def ticket(page: Page, **fields: str) -> Locator:
    """The ticket, opened and filled in."""
    part(page, "new-order").click()
    for name, text in fields.items():
        part(page, f"input-{name}").fill(text)
    return part(page, "ticket")


def test_an_order_is_sent_by_the_keyboard_alone(desk: Desk, dashboard: Page) -> None:
    keyboard = dashboard.keyboard
    part(dashboard, "theme").focus()
    keyboard.press("n")
    expect(part(dashboard, "input-symbol")).to_be_focused()
    keyboard.type("acme")
    for _ in range(3):
        keyboard.press("Tab")
    keyboard.type("1")
    keyboard.press("Tab")
    keyboard.press("Tab")
    expect(part(dashboard, "input-stop")).to_be_focused()
    keyboard.type("95")
    expect(part(dashboard, "verdict")).to_have_text("The desk would take it.")
    expect(part(dashboard, "preview")).to_have_attribute("data-current", "true")
    keyboard.press("Enter")
    expect(part(dashboard, "confirm")).to_be_focused()
    assert signals(desk) == []
    keyboard.press("Enter")
    expect(part(dashboard, "ticket")).to_have_count(0)
    expect(part(dashboard, "theme")).to_be_focused()
    expect(part(dashboard, "outcome")).to_contain_text("Bought 199 ACME at 100.02.")
    assert [(signal["symbol"], signal["side"], signal["status"]) for signal in signals(desk)] == [
        ("ACME", "LONG", "EXECUTED")
    ]


def test_the_preview_shows_the_figures_of_the_api(desk: Desk, dashboard: Page) -> None:
    dialog = ticket(dashboard, symbol="ACME", size="1", stop="5", target1="2")
    part(dashboard, "choose-stopBy").select_option("stopPercent")
    part(dashboard, "choose-target1By").select_option("target1R")
    part(dashboard, "choose-assetClass").select_option("STOCK")
    order = {"symbol": "ACME", "side": "LONG", "riskPercent": "1", "stopPercent": "5", "target1R": "2"}
    preview = desk.server.query(PREVIEW, input=order)["previewSignal"]
    assert preview["errors"] == []
    expect(part(dashboard, "preview-size")).to_have_text(preview["quantity"])
    expect(part(dashboard, "preview-fill")).to_have_text("100.02")
    expect(part(dashboard, "preview-commission")).to_have_text(money(preview["commission"]))
    expect(part(dashboard, "preview-stop")).to_have_text(preview["stopLoss"])
    expect(part(dashboard, "preview-target1")).to_have_text(preview["target1"])
    expect(part(dashboard, "preview-amount")).to_have_text("$19,903.98")
    checks = part(dashboard, "checks")
    expect(checks.locator(".passed")).to_have_count(3)
    expect(checks).to_contain_text(f"Risk of the trade {percent(preview['tradeRiskPercent'])} at most 2.00 %")
    expect(checks).to_contain_text(f"Portfolio heat 0.00 % → {percent(preview['heatPercent'])} at most 10.00 %")
    expect(checks).to_contain_text(f"of {money(preview['buyingPower'])}")
    expect(part(dashboard, "consequences")).to_contain_text(
        "At its stop it loses $995.20 and what slips: 1.00 % of equity."
    )
    expect(dialog).to_contain_text("Buy 199 ACME at the market")


def test_what_the_desk_would_refuse_is_told_and_not_sent(desk: Desk, dashboard: Page) -> None:
    ticket(dashboard, symbol="ACME", size="5", stop="95")
    expect(part(dashboard, "verdict")).to_have_text("The desk would refuse it.")
    refusal = part(dashboard, "refusals")
    expect(refusal).to_contain_text("% of equity; the limit is 2 % (R18)")
    expect(refusal).to_contain_text("trade risk exceeded · actual 4.99992 · limit 2")
    expect(part(dashboard, "checks").locator(".failed")).to_contain_text("Risk of the trade 5.00 % at most 2.00 %")
    expect(part(dashboard, "confirm")).to_have_attribute("aria-disabled", "true")
    part(dashboard, "confirm").press("Enter")
    part(dashboard, "input-size").fill("1")
    part(dashboard, "input-stop").fill("190")
    expect(part(dashboard, "field-stop")).to_contain_text("the price 100 is already at or beyond the stop 190 (R14)")
    assert signals(desk) == []


def test_refusals_name_fields_as_the_ticket_does(desk: Desk, dashboard: Page) -> None:
    ticket(dashboard, symbol="ACME", size="1", stop="")
    told = (
        "“Size in % risk” needs a stop to be reckoned from: “Stop”, “Stop away”, “Stop % away”, "
        "or a “Trailing stop” that begins at once (R14)"
    )
    expect(part(dashboard, "field-size")).to_contain_text(told)
    expect(part(dashboard, "refusals")).to_contain_text(told)
    part(dashboard, "input-stop").fill("95")
    part(dashboard, "input-target2").fill("110")
    told = "“Target 2” needs a “Target 1” or a “Target 1 in R” (R14)"
    expect(part(dashboard, "field-target2")).to_contain_text(told)
    expect(part(dashboard, "refusals")).to_contain_text(told)
    part(dashboard, "input-target2").fill("")
    part(dashboard, "choose-sizeBy").select_option("quantity")
    part(dashboard, "input-size").fill("0.5")
    expect(part(dashboard, "field-size")).to_contain_text("quantity of a STOCK must be a multiple of 1")
    assert signals(desk) == []


def test_bad_input_is_said_beside_its_field_before_it_is_sent(desk: Desk, dashboard: Page) -> None:
    ticket(dashboard, symbol="", size="a lot", stop="-5")
    for field in ("size", "stop"):
        expect(part(dashboard, f"field-{field}")).to_contain_text("Write a number above 0, such as 2.5")
        expect(part(dashboard, f"input-{field}")).to_have_attribute("aria-invalid", "true")
    expect(part(dashboard, "field-symbol")).not_to_contain_text("Which symbol?")
    part(dashboard, "input-size").press("Enter")
    expect(part(dashboard, "field-symbol")).to_contain_text("Which symbol?")
    part(dashboard, "choose-entry").select_option("LIMIT")
    expect(part(dashboard, "field-entryPrice")).to_contain_text("At which price?")
    part(dashboard, "cancel").click()
    expect(part(dashboard, "ticket")).to_have_count(0)
    assert signals(desk) == []


def test_the_answer_to_what_was_typed_last_wins(desk: Desk, dashboard: Page) -> None:
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if "query Preview" in (route.request.post_data or "") and not held:
            held.append(route)
        else:
            route.fallback()

    dashboard.route("**/graphql", hold_the_first)
    ticket(dashboard, symbol="ACME", size="10", stop="95")
    part(dashboard, "choose-sizeBy").select_option("quantity")
    while not held:
        dashboard.wait_for_timeout(20)
    part(dashboard, "input-size").fill("20")
    expect(part(dashboard, "preview-size")).to_have_text("20")
    with dashboard.expect_event("requestfinished", lambda request: request == held[0].request):
        held[0].continue_()
    dashboard.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    expect(part(dashboard, "preview-size")).to_have_text("20")


def test_an_order_that_waits_says_for_what_and_how_long(desk: Desk, dashboard: Page) -> None:
    ticket(dashboard, symbol="ACME", size="50", stop="90")
    part(dashboard, "choose-sizeBy").select_option("quantity")
    part(dashboard, "choose-entry").select_option("LIMIT")
    part(dashboard, "input-entryPrice").fill("95")
    part(dashboard, "choose-timeInForce").select_option("GTD")
    part(dashboard, "input-goodUntil").fill("2024-02-01T00:00")
    part(dashboard, "input-note").fill("a test of support")
    expect(part(dashboard, "consequences")).to_contain_text("It waits for 95.00, until 01 Feb 2024, 00:00 UTC.")
    expect(part(dashboard, "preview")).to_have_attribute("data-current", "true")
    part(dashboard, "confirm").click()
    expect(part(dashboard, "outcome")).to_contain_text("Buy 50 ACME by limit at 95.00: it waits.")
    [signal] = signals(desk)
    assert (signal["status"], signal["entryPrice"], signal["note"]) == ("WORKING", "95", "a test of support")


def test_a_refusal_of_the_desk_is_shown_with_figures_and_rule(desk: Desk, dashboard: Page) -> None:
    ticket(dashboard, symbol="ACME", size="100", stop="95")
    part(dashboard, "choose-sizeBy").select_option("quantity")
    expect(part(dashboard, "preview")).to_have_attribute("data-current", "true")

    def with_less_allowed(route: Route) -> None:
        if "mutation Execute" in (route.request.post_data or ""):
            desk.do("updateSettings", settings={"maxTradeRiskPercent": "0.1"})
        route.fallback()

    dashboard.route("**/graphql", with_less_allowed)
    part(dashboard, "confirm").click()
    refusal = part(dashboard, "ticket").get_by_role("alert").filter(has_text="actual 0.502 · limit 0.1")
    expect(refusal.first).to_contain_text("the trade would risk 0.502 % of equity; the limit is 0.1 % (R18)")
    assert [signal["status"] for signal in signals(desk)] == ["REJECTED"]


def test_a_connection_lost_in_the_middle_of_an_order_ends_in_one_truth(
    chromium: Browser, desk: Desk, complaints: Complaints
) -> None:
    sent: list[str] = []

    def lose_the_answer(route: Route, request: Request) -> None:
        content = json.loads(request.post_data or "{}")
        if "mutation Execute" not in content.get("query", ""):
            route.fallback()
            return
        sent.append(content["variables"]["input"]["id"])
        if len(sent) == 1:
            route.fetch()
        if len(sent) <= 2:
            route.abort()
        else:
            route.fallback()

    with a_page(chromium, desk.server, complaints) as page:
        page.route("**/graphql", lose_the_answer)
        ticket(page, symbol="ACME", size="100", stop="95")
        part(page, "choose-sizeBy").select_option("quantity")
        expect(part(page, "preview")).to_have_attribute("data-current", "true")
        part(page, "confirm").click()
        expect(part(page, "waiting")).to_contain_text("It is sent again with the same id until there is an answer")
        expect(part(page, "ticket")).to_have_count(0)
        expect(part(page, "outcome")).to_contain_text("Bought 100 ACME at 100.02.")
    assert sent == [signals(desk)[0]["signalId"]] * 3
    assert [signal["status"] for signal in signals(desk)] == ["EXECUTED"]
    assert [complaint for complaint in complaints.messages if "ERR_FAILED" not in complaint] == []


def test_escape_closes_the_ticket_and_gives_the_focus_back(dashboard: Page) -> None:
    part(dashboard, "new-order").focus()
    dashboard.keyboard.press("n")
    expect(part(dashboard, "ticket")).to_be_visible()
    dashboard.keyboard.press("Escape")
    expect(part(dashboard, "ticket")).to_have_count(0)
    expect(part(dashboard, "new-order")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)], ids=["desktop", "phone"])
def test_the_ticket_is_without_fault_and_fits(
    chromium: Browser, desk: Desk, complaints: Complaints, width: int, height: int, scheme: Any
) -> None:
    options: dict[str, Any] = {"color_scheme": scheme, "bypass_csp": True}  # for axe, which is no part of the page
    with a_page(chromium, desk.server, complaints, width=width, height=height, **options) as page:
        page.add_script_tag(path=AXE)
        dialog = ticket(page, symbol="ACME", size="5", stop="95")
        expect(part(page, "refusals")).to_be_visible()
        assert faults(page) == []
        part(page, "input-size").fill("1")
        expect(part(page, "consequences")).to_be_visible()
        assert faults(page) == []
        assert dialog.evaluate("(dialog) => dialog.scrollWidth - dialog.clientWidth") == 0
    assert complaints.messages == []
