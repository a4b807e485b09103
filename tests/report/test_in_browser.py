"""The page in a browser, from a file, without scripts: nothing is asked for, nothing hangs over the edge."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from api.report.page import page as written
from domain.analytics.curve import Month
from domain.orders.side import Pattern
from tests.browser.chromium import a_chromium
from tests.report.summaries import D, a_backtest, a_point, a_summary, a_trade, details

pytestmark = pytest.mark.browser

SECTIONS = {
    "headline": "Headline figures",
    "equity": "Equity and drawdown",
    "months": "Monthly returns",
    "r-multiples": "R multiples",
    "breakdowns": "Breakdowns",
    "comparison": "Comparison with a backtest",
    "eligibility": "Live eligibility",
    "trades": "Trades",
}
WIDTHS = [1440, 390]
LONG_NAME = "a-campaign-with-a-name-that-goes-on-and-on-" * 3


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with a_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    trades = [
        a_trade(number, pnl=str(number * 37 % 11 * 100 - 400), pattern=Pattern.SPRING, campaign=LONG_NAME)
        for number in range(1, 40)
    ]
    curve = [a_point(day, str(100_000 + day * 997 % 500 * 10), "104990") for day in range(1, 31)]
    summary = a_summary(
        trades,
        account="a" * 60,
        months=[Month(2022 + number // 12, number % 12 + 1, D(number * 7 % 13 - 6)) for number in range(30)],
        backtest=a_backtest(trades[:20], LONG_NAME, win_rate="40", average_r="0.1"),
    )
    path = tmp_path_factory.mktemp("page") / "out.html"
    path.write_text(written(summary, details(trades, curve)))
    return path


@pytest.fixture(params=WIDTHS)
def page(request: pytest.FixtureRequest, chromium: Browser, file: Path) -> Iterator[Page]:
    """The page as it opens; whatever else it asks for, and whatever the console says, is a fault."""
    context = chromium.new_context(viewport={"width": request.param, "height": 900}, java_script_enabled=False)
    page = context.new_page()
    faults: list[str] = []
    page.on("request", lambda asked: faults.append(asked.url) if asked.url != file.as_uri() else None)
    page.on("console", lambda message: faults.append(message.text))
    page.goto(file.as_uri())
    yield page
    context.close()
    assert faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_sections_are_there_and_none_overflows_the_page(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    assert {key: page.locator(f"#{key} > h2").inner_text() for key in SECTIONS} == SECTIONS
    width = page.evaluate("window.innerWidth")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    for key in SECTIONS:
        box = page.locator(f"#{key}").bounding_box()
        assert box is not None
        assert (box["x"] >= 0, box["x"] + box["width"] <= width, box["height"] > 60) == (True, True, True)


def test_the_charts_fill_the_width_and_their_words_stay_inside(page: Page) -> None:
    width = page.evaluate("window.innerWidth")
    for chart in page.locator("svg.chart").all():
        box = chart.bounding_box()
        assert box is not None
        assert box["width"] > width * 0.6
    for words in page.locator("svg.chart text:visible").all():
        box = words.bounding_box()
        assert box is not None
        assert (box["x"] >= 0, box["x"] + box["width"] <= width) == (True, True)


def test_on_paper_the_page_is_light_and_no_table_is_cut(page: Page) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    colour = "element => [getComputedStyle(element).backgroundColor, getComputedStyle(element).color]"
    assert page.locator("body").evaluate(colour) == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]
    overflow = "elements => elements.map(element => getComputedStyle(element).overflowX)"
    assert set(page.locator(".scroll").evaluate_all(overflow)) == {"visible"}
