"""What the tabs and the chart show of a desk with a history equals what the API returns."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from api.choices import Subject
from api.export.columns import COLUMNS
from tests.backtest.formulas import FORMULAS
from tests.browser.complaints import Complaints
from tests.browser.desk import Desk, a_desk, a_page, choose_tab, money, part, percent, signed_money

pytestmark = pytest.mark.browser

TRADES = "{ trades { nodes { symbol side exitReason realizedPnl rMultiple exitPrice } } }"
TABS = ["trades", "signals", "comparison", "breakdowns", "months", "calendar", "board"]
TABS += ["activity", "feeds", "hooks", "notifications", "settings"]


@pytest.fixture
def dashboard(chromium: Browser, desk: Desk, complaints: Complaints) -> Iterator[Page]:
    with a_page(chromium, desk.server, complaints) as page:
        expect(part(page, "figure-trades")).to_have_text("2")
        yield page
    assert complaints.messages == []


def test_trades_are_those_of_the_api_and_are_filtered_by_it(desk: Desk, dashboard: Page) -> None:
    expected = desk.server.query(TRADES)["trades"]["nodes"]
    rows = choose_tab(dashboard, "trades").locator("tbody tr")
    expect(rows).to_have_count(2)
    for row, trade in zip(rows.all(), expected, strict=True):
        expect(row.locator('[data-key="pnl"]')).to_have_text(signed_money(trade["realizedPnl"]))
        expect(row.locator('[data-key="side"]')).to_have_text(trade["side"])
        expect(row.locator('[data-key="reason"]')).to_have_text(trade["exitReason"].lower().replace("_", " "))
    part(dashboard, "filter-reason").select_option("STOP_LOSS")
    expect(rows).to_have_count(1)
    expect(rows.locator('[data-key="side"]')).to_have_text("SHORT")
    part(dashboard, "filter-from").fill("2030-01-01")
    part(dashboard, "filter-from").dispatch_event("change")
    expect(part(dashboard, "panel-trades")).to_contain_text("No trades")


def test_trades_are_downloaded_with_the_figures_as_the_api_gives_them(desk: Desk, dashboard: Page) -> None:
    choose_tab(dashboard, "trades")
    with dashboard.expect_download() as download:
        part(dashboard, "download-csv").click()
    assert download.value.suggested_filename == "trades-default.csv"
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8"))))
    names = ("symbol", "side", "exitReason", "realizedPnl", "rMultiple", "exitPrice")
    expected = desk.server.query(TRADES)["trades"]["nodes"]
    assert [[row[name] for name in names] for row in rows] == [[trade[name] for name in names] for trade in expected]


def test_a_download_holds_no_formulas_and_marks_text_as_the_export_does(dashboard: Page) -> None:
    names = [column.name for column in COLUMNS[Subject.TRADES]]
    trade = {**dict.fromkeys(names), "signalId": "1", "symbol": "ACME", "realizedPnl": "-12.5", "rMultiple": "-0.5"}
    trades = [{**trade, "campaignId": text} for text in ("plain", *FORMULAS)]
    text = dashboard.evaluate(
        "trades => import('/static/dashboard/tabs/trades-csv.js').then(({ csv }) => csv(trades))", trades
    )
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["campaignId"] for row in rows] == ["plain", *(f"'{formula}" for formula in FORMULAS)]
    assert {(row["realizedPnl"], row["rMultiple"], row["symbol"]) for row in rows} == {("-12.5", "-0.5", "ACME")}


def test_signals_are_listed_with_their_status(dashboard: Page) -> None:
    rows = choose_tab(dashboard, "signals").locator("tbody tr")
    expect(rows.locator(".outcome")).to_have_text(["rejected", "working", "executed", "executed", "executed"])
    part(dashboard, "filter-status").select_option("WORKING")
    expect(rows).to_have_count(1)
    expect(rows.locator('[data-key="entry"]')).to_have_text("limit at 90.00")
    part(dashboard, "cancel-signal").click()
    expect(part(dashboard, "dialog-cancel")).to_contain_text("the risk and money that it reserves are free again")
    part(dashboard, "cancel").click()
    expect(rows).to_have_count(1)


def test_a_backtest_is_compared_and_drawn_beside_paper(desk: Desk, dashboard: Page) -> None:
    choose_tab(dashboard, "comparison")
    part(dashboard, "choose-backtest").select_option(index=1)
    expect(part(dashboard, "comparison-verdict")).to_contain_text("Paper and backtest are")
    win_rate = part(dashboard, "table-comparison").locator('[data-id="WIN_RATE"]')
    expect(win_rate.locator("th, td")).to_have_text(
        ["Win rate", "50.00 %", "50.00 %", "0.00 %", "0.0 %", "= same", "within 10 %"]
    )
    legend = part(dashboard, "chart-legend")
    expect(legend).to_contain_text("the same, backtested $51,000.00, drawn from the session’s capital")


def test_breakdowns_and_months_say_what_the_report_says(desk: Desk, dashboard: Page) -> None:
    document = """{ report { monthlyReturns { percent } breakdowns { bySide { side figures { realizedPnl } } } } }"""
    report = desk.server.query(document)["report"]
    rows = choose_tab(dashboard, "breakdowns").locator('[data-test="table-bySide"] tbody tr')
    expected = {
        row["side"].lower(): signed_money(row["figures"]["realizedPnl"]) for row in report["breakdowns"]["bySide"]
    }
    expect(rows).to_have_count(2)
    shown = {row.locator("th").inner_text(): row.locator('[data-key="realizedPnl"]').inner_text() for row in rows.all()}
    assert shown == expected
    cells = choose_tab(dashboard, "months").locator("td[class*=strength]")
    expect(cells).to_have_text([_signed_percent(month["percent"]) for month in report["monthlyReturns"]])


def _signed_percent(text: str) -> str:
    shown = percent(text.removeprefix("-"))
    return shown if shown == "0.00 %" else f"{'−' if text.startswith('-') else '+'}{shown}"


def test_the_chart_shows_its_newest_point_and_can_be_read_as_a_table(desk: Desk, dashboard: Page) -> None:
    points = desk.server.query("{ equityCurve { time equity drawdown } }")["equityCurve"]
    expect(part(dashboard, "legend-equity")).to_have_text(money(points[-1]["equity"]))
    expect(part(dashboard, "legend-drawdown")).to_have_text(percent(points[-1]["drawdown"]))
    for plot in ("plot-equity", "plot-drawdown"):
        expect(part(dashboard, plot).locator("canvas")).to_have_count(1)
    expect(part(dashboard, "figure-eligibility")).to_have_text("0 / 90 days")
    part(dashboard, "plot-equity").hover(position={"x": 90, "y": 60})
    expect(part(dashboard, "legend-equity")).not_to_have_text(money(points[-1]["equity"]))
    part(dashboard, "chart-as-table").click()
    rows = part(dashboard, "table-equity").locator("tbody tr")
    expect(rows).to_have_count(min(100, len(points)))
    expect(rows.first.locator("td").first).to_have_text(money(points[-1]["equity"]))
    part(dashboard, "chart-as-table").click()
    part(dashboard, "range-1w").click()
    expect(part(dashboard, "range-1w")).to_have_attribute("aria-pressed", "true")
    expect(part(dashboard, "plot-equity")).to_have_attribute("aria-label", f"Equity from {_since(points, 7)}.")


def test_the_axis_formats_its_times_as_the_page_does(dashboard: Page) -> None:
    expect(part(dashboard, "plot-equity").locator("canvas")).to_have_count(1)
    dashboard.evaluate(
        """() => {
          window.drawn = [];
          const fillText = CanvasRenderingContext2D.prototype.fillText;
          CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
            if (!this.canvas.closest("[data-test=market]")) window.drawn.push(text);
            fillText.call(this, text, ...place);
          };
        }"""
    )
    for _ in range(2):
        part(dashboard, "chart-as-table").click()
    dashboard.wait_for_function("() => window.drawn.length > 5")
    drawn = set(dashboard.evaluate("window.drawn"))
    assert {text for text in drawn if not re.fullmatch(r"−?[\d.]+(K| %)", text)} == {
        "2024",
        *(f"{day:02} Jan" for day in range(4, 31, 2)),
        *(f"{day:02} Feb" for day in range(1, 8, 2)),
    }


def _since(points: list[dict[str, str]], days: int) -> str:
    newest = datetime.fromisoformat(points[-1]["time"])
    first = next(point for point in points if datetime.fromisoformat(point["time"]) >= newest - timedelta(days=days))
    return " to ".join(
        f"{money(one['equity'])} on {datetime.fromisoformat(one['time']):%d %b %Y}" for one in (first, points[-1])
    )


@pytest.fixture
def own_desk(tmp_path: Path) -> Iterator[Desk]:
    with a_desk(tmp_path) as desk:
        desk.do("enable")
        yield desk


@pytest.fixture
def own_dashboard(chromium: Browser, own_desk: Desk, complaints: Complaints) -> Iterator[Page]:
    with a_page(chromium, own_desk.server, complaints) as page:
        yield page
    assert complaints.messages == []


def test_settings_are_saved_refused_and_restored(own_desk: Desk, own_dashboard: Page) -> None:
    choose_tab(own_dashboard, "settings")
    leverage = part(own_dashboard, "setting-leverage")
    for text, message in (("0", "leverage must be at least 0.01, not 0"), ("two", "Write a number such as 2.5")):
        leverage.locator("input").fill(text)
        part(own_dashboard, "save-settings").click()
        expect(leverage).to_contain_text(message)
    leverage.locator("input").fill("2.5")
    part(own_dashboard, "setting-breakEvenAfterTarget1").locator("select").select_option("true")
    expect(part(own_dashboard, "settings-outcome")).to_have_text(
        "Not saved yet: leverage, stop to the entry after target 1."
    )
    part(own_dashboard, "save-settings").click()
    expect(part(own_dashboard, "settings-outcome")).to_have_text("Saved.")
    document = "{ account { settings { leverage breakEvenAfterTarget1 maxHeatPercent } } }"
    saved = {"leverage": "2.5", "breakEvenAfterTarget1": True, "maxHeatPercent": "10"}
    assert own_desk.server.query(document)["account"]["settings"] == saved
    part(own_dashboard, "restore-defaults").click()
    part(own_dashboard, "confirm").click()
    expect(leverage.locator("input")).to_have_value("1")
    expect(part(own_dashboard, "dialog-restore")).to_have_count(0)


def test_a_cost_that_is_changed_keeps_what_else_its_model_has(own_desk: Desk, own_dashboard: Page) -> None:
    whole = {"rate": "0.007", "minimum": "1", "maximumPercent": "2"}
    choose_tab(own_dashboard, "settings")
    own_desk.do("updateSettings", settings={"commission": {"perShare": whole}})
    rate = part(own_dashboard, "setting-commission").locator("input")
    expect(rate).to_have_value("0.007")
    rate.fill("0.01")
    part(own_dashboard, "save-settings").click()
    expect(part(own_dashboard, "settings-outcome")).to_have_text("Saved.")
    document = "{ account { settings { commission { rate minimum maximumPercent } } } }"
    saved = own_desk.server.query(document)["account"]["settings"]["commission"]
    assert saved == {**whole, "rate": "0.01"}


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_overflows_the_page(
    chromium: Browser, desk: Desk, complaints: Complaints, width: int, height: int, scheme: str
) -> None:
    with a_page(chromium, desk.server, complaints, width=width, height=height, color_scheme=scheme) as page:
        for tab in TABS:
            choose_tab(page, tab)
            expect(part(page, "loading")).to_have_count(0)
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, tab
    assert complaints.messages == []


def test_arrow_keys_move_between_tabs(dashboard: Page) -> None:
    part(dashboard, "tab-trades").focus()
    for name in (*TABS[1:], TABS[0]):
        dashboard.keyboard.press("ArrowRight")
        expect(part(dashboard, f"tab-{name}")).to_be_focused()
        expect(part(dashboard, f"panel-{name}")).to_be_visible()
