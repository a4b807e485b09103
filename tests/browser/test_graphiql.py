import json
import re
import time
from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.complaints import PATIENCE_MS, Complaints

pytestmark = pytest.mark.browser

EXAMPLES = ["Account", "Positions", "Trades", "PreviewSignal", "SendASignal", "PositionEvents"]


@pytest.fixture
def graphiql(page: Page) -> Page:
    page.goto("/graphql")
    expect_tabs(page, EXAMPLES)
    # What a tab opens beside before there are editors, GraphiQL takes for empty.
    expect(query_editor(page)).to_be_visible()
    return page


def tabs(page: Page) -> Locator:
    return page.get_by_role("tab")


def expect_tabs(page: Page, names: list[str]) -> None:
    expect(tabs(page)).to_have_text(names, use_inner_text=True)


def query_editor(page: Page) -> Locator:
    return page.locator(".graphiql-query-editor .CodeMirror")


def answer(page: Page) -> Locator:
    return page.locator(".graphiql-response .CodeMirror-lines")


def execute(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Execute query")).click()


def close_tab(page: Page, name: str) -> None:
    tabs(page).filter(has_text=name).click()
    page.get_by_role("button", name="Close Tab").and_(page.locator(":visible")).click()


def type_into(page: Page, editor: Locator, text: str) -> None:
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def type_token(page: Page) -> None:
    page.get_by_role("button", name="Headers").click()
    editor = page.locator(".graphiql-editor-tool .graphiql-editor:not(.hidden) .CodeMirror")
    type_into(page, editor, '{ "Authorization": "Bearer secret-token" }')


def stored(page: Page) -> str:
    return str(page.evaluate("Object.entries(localStorage).flat().join()"))


def stored_item(page: Page, name: str) -> str | None:
    text: str | None = page.evaluate("name => localStorage.getItem(`papertape:graphiql:${name}`)", name)
    return text


def tab_state(page: Page) -> str:
    return stored_item(page, "tabState") or ""


def is_stored(page: Page) -> bool:
    """Whether what GraphiQL keeps of its editors is that of the tab in front.

    It keeps them and its tabs one after another, each a moment after a change; what it finds in its editors' store and
    in no tab it opens beside them.
    """
    state = json.loads(tab_state(page) or '{"tabs": []}')
    if not state["tabs"]:
        return False
    front = state["tabs"][state["activeTabIndex"]]
    return all((stored_item(page, name) or "") == (front[name] or "") for name in ("query", "variables"))


def wait_until(page: Page, holds: Callable[[], bool]) -> None:
    # Playwright's own wait_for_function evaluates a string in the page, which the page's policy forbids.
    deadline = time.monotonic() + PATIENCE_MS / 1_000
    while not holds():
        assert time.monotonic() < deadline
        page.wait_for_timeout(20)


def test_every_query_and_mutation_among_the_examples_is_answered_without_an_error(graphiql: Page) -> None:
    for name, shown in {
        "Account": '"equity"',
        "Positions": '"openRisk"',
        "Trades": '"exitReason"',
        "PreviewSignal": '"accepted": true',
        "SendASignal": '"status": "EXECUTED"',
    }.items():
        tabs(graphiql).filter(has_text=name).click()
        execute(graphiql)
        expect(answer(graphiql)).to_contain_text(shown)


def test_a_subscription_shows_one_event_after_another(graphiql: Page) -> None:
    tabs(graphiql).filter(has_text="PositionEvents").click()
    execute(graphiql)
    expect(answer(graphiql)).to_contain_text('"lastPrice"')
    first = answer(graphiql).inner_text()
    expect(answer(graphiql)).not_to_have_text(first, use_inner_text=True)
    graphiql.get_by_role("button", name=re.compile("^Stop query")).click()
    expect(graphiql.get_by_role("button", name=re.compile("^Execute query"))).to_be_visible()


def test_restore_examples_brings_back_a_closed_one_and_keeps_the_tabs_of_the_user(graphiql: Page) -> None:
    graphiql.get_by_role("button", name="New tab").click()
    type_into(graphiql, query_editor(graphiql), "query Mine { clock }")
    expect_tabs(graphiql, [*EXAMPLES, "Mine"])
    # GraphiQL takes an edit into its tabs a moment later, into whichever is open then.
    wait_until(graphiql, lambda: "query Mine" in tab_state(graphiql) and is_stored(graphiql))
    close_tab(graphiql, "Trades")
    expect_tabs(graphiql, [*(name for name in EXAMPLES if name != "Trades"), "Mine"])

    graphiql.get_by_role("button", name="Restore examples").click()

    expect_tabs(graphiql, [*EXAMPLES, "Mine"])
    tabs(graphiql).filter(has_text="Trades").click()
    execute(graphiql)
    expect(answer(graphiql)).to_contain_text('"exitReason"')


def test_restore_examples_keeps_an_edited_one_beside_the_original(graphiql: Page) -> None:
    type_into(graphiql, query_editor(graphiql), "query Account { clock }")
    # GraphiQL takes an edit into its tabs a moment later.
    wait_until(graphiql, lambda: "query Account { clock }" in tab_state(graphiql) and is_stored(graphiql))

    graphiql.get_by_role("button", name="Restore examples").click()

    expect_tabs(graphiql, [*EXAMPLES, "Account"])
    expect(query_editor(graphiql)).to_contain_text("query Account { clock }")


def test_closed_tabs_stay_closed_after_a_reload(graphiql: Page) -> None:
    close_tab(graphiql, "PreviewSignal")
    left = [name for name in EXAMPLES if name != "PreviewSignal"]
    expect_tabs(graphiql, left)
    wait_until(graphiql, lambda: "PreviewSignal" not in tab_state(graphiql) and is_stored(graphiql))
    graphiql.reload()
    expect_tabs(graphiql, left)


def test_the_documentation_and_the_explorer_open(graphiql: Page) -> None:
    graphiql.get_by_role("button", name="Show Documentation Explorer").click()
    docs = graphiql.get_by_role("region", name="Documentation Explorer")
    docs.get_by_role("link", name="Subscription", exact=True).click()
    expect(docs).to_contain_text("positionEvents")

    graphiql.get_by_role("button", name="Show GraphiQL Explorer").click()
    expect(graphiql.locator(".graphiql-explorer-root")).to_contain_text("buyingPower")


def test_the_settings_change_the_theme_though_the_scroll_lock_of_their_dialog_is_refused(
    graphiql: Page, complaints: Complaints
) -> None:
    graphiql.get_by_role("button", name="Open settings dialog").click()
    graphiql.get_by_role("button", name="Dark").click()
    graphiql.keyboard.press("Escape")
    expect(graphiql.locator(".bar")).to_have_css("background-color", "rgb(26, 33, 48)")
    violations = [complaint for complaint in complaints.messages if complaint.startswith("policy violation")]
    assert violations == ["policy violation: style-src-elem inline "]
    complaints.messages.clear()


def test_a_token_in_the_headers_is_sent_and_never_stored(graphiql: Page) -> None:
    type_token(graphiql)
    with graphiql.expect_request("**/graphql") as sent:
        execute(graphiql)
    assert sent.value.headers["authorization"] == "Bearer secret-token"
    wait_until(graphiql, lambda: "papertape:graphiql:queries" in stored(graphiql))
    assert "secret-token" not in stored(graphiql)


def test_a_subscription_sends_the_token_as_it_connects(graphiql: Page) -> None:
    tabs(graphiql).filter(has_text="PositionEvents").click()
    type_token(graphiql)
    sent: list[str | bytes] = []
    graphiql.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    execute(graphiql)
    expect(answer(graphiql)).to_contain_text('"lastPrice"')
    assert json.loads(sent[0]) == {"type": "connection_init", "payload": {"Authorization": "Bearer secret-token"}}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_bar_follows_the_colours_of_the_system(
    chromium: Browser, base_url: str, complaints: Complaints, scheme: Literal["light", "dark"]
) -> None:
    page = chromium.new_page(color_scheme=scheme, base_url=base_url)
    complaints.watch(page, base_url)
    page.goto("/graphql")
    expect(page.get_by_text("paper trading: no real capital at risk")).to_be_visible()
    surface = {"light": "rgb(244, 246, 248)", "dark": "rgb(26, 33, 48)"}[scheme]
    expect(page.locator(".bar")).to_have_css("background-color", surface)
    page.close()
    assert complaints.messages == []
