"""The page without its server, without data, and without a token: it says so, keeps what it has, and goes on."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, WebSocketRoute, expect

from tests.browser.complaints import Complaints
from tests.browser.desk import a_desk, a_page, choose_tab, money, part

pytestmark = pytest.mark.browser

BEFORE = [
    "ACME long opened: 100 at 100.02",
    "Signal: ACME long was executed",
    "The account was opened with $100,000.00.",
]
MEANWHILE = [
    "ACME long opened: 100 at 110.02",
    "Signal: ACME long was executed",
    "ACME long reduced at target 1: 50 at 110.00",
]
BACK_WITHIN_MS = 10_000
STALE_WITHIN_MS = 20_000
STREAMS = 4
"""That a page follows."""
SATURDAY = datetime(2024, 1, 6, 12, tzinfo=UTC)
FRIDAY_AT_ELEVEN = datetime(2024, 1, 5, 16, tzinfo=UTC)
"""In New York."""


def expected_while_away(complaint: str) -> bool:
    """What a browser says of requests to a server that is not there."""
    return complaint.startswith("console error") and any(
        word in complaint for word in ("ERR_CONNECTION", "ERR_EMPTY_RESPONSE", "WebSocket")
    )


def test_a_server_that_was_killed_is_resumed_with_nothing_lost_or_doubled(
    chromium: Browser, tmp_path: Path, complaints: Complaints
) -> None:
    with a_desk(tmp_path) as desk:
        desk.do("enable")
        desk.bar("ACME", "99", "101", "100")
        with a_page(chromium, desk.server, complaints) as page:
            items = choose_tab(page, "activity").locator("li span")
            desk.signal("ACME")
            expect(items).to_have_text(BEFORE)
            expect(part(page, "figure-equity")).to_have_text("$99,997.50")
            desk.server.kill()
            expect(part(page, "connection")).to_have_attribute("data-state", "lost")
            expect(page.locator("main.dimmed")).to_have_count(1)
            expect(part(page, "figure-equity")).to_have_text("$99,997.50")
            with a_desk(tmp_path) as elsewhere:
                elsewhere.day = desk.day
                elsewhere.bar("ACME", "109", "111", "110")
                elsewhere.signal("ACME", stopLoss="105", target1="120", target2=None)
            with a_desk(tmp_path, port=desk.server.port) as again:
                expect(part(page, "connection")).to_have_attribute("data-state", "live", timeout=BACK_WITHIN_MS)
                expect(page.locator("main.dimmed")).to_have_count(0)
                expect(page.locator('[data-symbol="ACME"]')).to_have_count(2)
                expect(part(page, "figure-equity")).to_have_text(money(again.account()["equity"]))
                expect(items).to_have_text(MEANWHILE + BEFORE)
    assert [complaint for complaint in complaints.messages if not expected_while_away(complaint)] == []


def test_a_price_between_the_snapshot_and_the_stream_is_shown(
    chromium: Browser, tmp_path: Path, complaints: Complaints
) -> None:
    held: list[Callable[[], None]] = []

    def hold_subscriptions(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        socket.on_message(
            lambda message: (
                held.append(lambda: server.send(message))
                if '"type":"subscribe"' in str(message)
                else server.send(message)
            )
        )

    with a_desk(tmp_path) as desk, a_page(chromium, desk.server, complaints) as page:
        desk.do("enable")
        desk.bar("ACME", "99", "101", "100")
        desk.signal("ACME")
        page.route_web_socket("**/graphql", hold_subscriptions)
        page.reload()
        last = page.locator('[data-symbol="ACME"] [data-key="last"]')
        expect(last).to_have_text("100.00")
        desk.bar("ACME", "99", "109", "108")
        while len(held) < STREAMS:
            page.wait_for_timeout(20)
        for send in held:
            send()
        expect(last).to_have_text("108.00")
        expect(page.locator('[data-symbol="ACME"] [data-key="pnl"]')).to_have_text("+$798.00")
    assert complaints.messages == []


def test_a_feed_that_stops_is_stale_and_its_figures_dim(
    chromium: Browser, tmp_path: Path, complaints: Complaints
) -> None:
    with a_desk(tmp_path) as desk, a_page(chromium, desk.server, complaints) as page:
        desk.do("enable")
        desk.bar("ACME", "99", "101", "100")
        expect(part(page, "positions")).to_contain_text("market time 03 Jan 2024, 14:30 UTC")
        expect(part(page, "connection")).to_have_attribute("data-state", "live")
        expect(part(page, "connection")).to_have_attribute("data-state", "stale", timeout=STALE_WITHIN_MS)
        expect(part(page, "connection")).to_contain_text("no data for")
        expect(page.locator("main.dimmed")).to_have_count(1)
        desk.bar("ACME", "99", "101", "100")
        expect(part(page, "connection")).to_have_attribute("data-state", "live")
        expect(page.locator("main.dimmed")).to_have_count(0)
    assert complaints.messages == []


RECORDING = """() => {
  window.recorded = new Set();
  const record = () => window.recorded.add(document.querySelector(".connection-detail")?.textContent ?? "");
  new MutationObserver(record).observe(document, { subtree: true, childList: true, characterData: true });
}"""


def test_a_feed_that_was_dead_already_is_not_fresh_because_the_page_is(
    chromium: Browser, tmp_path: Path, complaints: Complaints
) -> None:
    with a_desk(tmp_path) as desk, a_page(chromium, desk.server, complaints) as page:
        desk.do("enable")
        desk.bar("ACME", "99", "101", "100")
        desk.signal("ACME")
        desk.bar("ACME", "99", "103", "102")
        page.add_init_script(f"({RECORDING})()")
        frames: list[str | bytes] = []
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(frame)))
        page.reload()
        while not any('"UPDATED"' in str(frame) for frame in frames):
            page.wait_for_timeout(20)
        expect(page.locator('[data-symbol="ACME"] [data-key="last"]')).to_have_text("102.00")
        expect(part(page, "connection")).to_have_attribute("data-state", "stale", timeout=STALE_WITHIN_MS)
        assert [text for text in page.evaluate("[...window.recorded]") if text.startswith("data")] == []
    assert complaints.messages == []


@pytest.mark.parametrize(("now", "closed"), [(SATURDAY, True), (FRIDAY_AT_ELEVEN, False)])
def test_silence_while_the_market_is_closed_says_so(
    chromium: Browser, tmp_path: Path, complaints: Complaints, now: datetime, closed: bool
) -> None:
    with a_desk(tmp_path) as desk, a_page(chromium, desk.server, complaints, now=now) as page:
        desk.do("enable")
        for _ in range(3):
            desk.bar("ACME", "99", "101", "100")
        expect(part(page, "connection")).to_have_attribute("data-state", "live")
        expect(part(page, "positions")).to_contain_text("market time 05 Jan 2024, 14:30 UTC")
        page.clock.set_system_time(now + timedelta(minutes=1))
        expect(part(page, "connection")).to_have_attribute("data-state", "stale")
        shown = part(page, "connection").inner_text()
        assert ("market closed" in shown) is closed, shown
    assert complaints.messages == []


def test_a_desk_with_a_token_asks_for_it_once(chromium: Browser, tmp_path: Path, complaints: Complaints) -> None:
    with a_desk(tmp_path, token="open-sesame-and-more") as desk, a_page(chromium, desk.server, complaints) as page:  # noqa: S106
        part(page, "token").fill("wrong")
        part(page, "token-send").click()
        expect(part(page, "token-form")).to_contain_text("The token was not accepted.")
        part(page, "token").fill("open-sesame-and-more")
        part(page, "token-send").click()
        expect(part(page, "first-run")).to_be_visible()
        expect(part(page, "first-signal")).to_contain_text("Authorization: Bearer $PAPERTAPE_TOKEN")
        page.reload()
        expect(part(page, "first-run")).to_be_visible()
    assert [
        complaint for complaint in complaints.messages if "401" not in complaint and "WebSocket" not in complaint
    ] == []
