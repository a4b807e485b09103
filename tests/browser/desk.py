"""A desk with a history of its own, and a page that shows its dashboard."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.complaints import PATIENCE_MS, Complaints
from tests.conftest import sqlite_url_in
from tests.databases import make_file
from tests.processes import Server, serving

DAY = timedelta(days=1)
OPENING = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)
LEVELS = {"side": "LONG", "stopLoss": "95", "target1": "110", "target2": "120"}

_MUTATIONS = {
    "enable": "EnableInput",
    "disable": "DisableInput",
    "reset": "ResetInput",
    "updateSettings": "UpdateSettingsInput",
    "executeSignal": "ExecuteSignalInput",
    "executeSignals": "ExecuteSignalsInput",
    "closePosition": "ClosePositionInput",
    "closeAll": "CloseAllInput",
    "amendPosition": "AmendPositionInput",
    "amendSignal": "AmendSignalInput",
    "ingestBars": "IngestBarsInput",
    "ingestQuotes": "IngestQuotesInput",
    "recordBacktest": "RecordBacktestInput",
    "retractMarketData": "RetractMarketDataInput",
    "addNotification": "AddNotificationInput",
    "createHook": "CreateHookInput",
    "revokeHook": "RevokeHookInput",
}


@dataclass
class Desk:
    """A server whose market moves day by day, as tests ask."""

    server: Server
    day: int = 0

    def do(self, mutation: str, fields: str = "", **content: Any) -> dict[str, Any]:
        """The payload of a mutation that is not refused, unless its errors are asked for."""
        asked = f"{mutation}(input: $input) {{ {fields} errors {{ message }} }}"
        document = f"mutation Do($input: {_MUTATIONS[mutation]}!) {{ {asked} }}"
        payload: dict[str, Any] = self.server.query(document, input=content)[mutation]
        return payload

    def bar(self, symbol: str, low: str, high: str, close: str) -> None:
        """The next day, which opens at its close."""
        self.days(1, symbol, low, high, close)

    def days(self, count: int, symbol: str, low: str, high: str, close: str) -> None:
        """The next so many days, all alike, in one request."""
        prices = {"open": close, "high": high, "low": low, "close": close, "volume": "100000"}
        starts = [OPENING + (self.day + number) * DAY for number in range(count)]
        ends = [{"start": start.isoformat(), "end": (start + DAY).isoformat()} for start in starts]
        self.day += count
        bars = [{"symbol": symbol, **day, **prices} for day in ends]
        assert self.do("ingestBars", "applied", bars=bars)["applied"] == count

    def signal(self, symbol: str, **content: Any) -> dict[str, Any]:
        """A signal: long 100 at the last price, from 95 to 110 and 120, unless it says otherwise."""
        whole = {"symbol": symbol, **LEVELS, "quantity": "100", **content}
        return self.do("executeSignal", "signal { signalId status } position { id }", **whole)

    def account(self) -> dict[str, Any]:
        """The default account's figures."""
        account: dict[str, Any] = self.server.query(
            """{ account {
              equity totalPnl realizedPnl unrealizedPnl openCommission heatPercent winRate winningTrades losingTrades
              tradeCount commission slippage maxDrawdown currentDrawdown enabled session { number } } }"""
        )["account"]
        return account


def with_history(desk: Desk) -> None:
    """A winning trade, a losing one, a position partly closed, a working signal, a refused one; and a backtest."""
    desk.do("enable")
    desk.bar("ACME", "99", "101", "100")
    desk.signal("ACME", pattern="SPRING", campaignId="spring")
    desk.days(20, "ACME", "99", "103", "101")
    desk.bar("ACME", "109", "121", "119")
    desk.signal("ACME", side="SHORT", stopLoss="122", target1="110", target2=None, quantity="50")
    desk.days(12, "ACME", "117", "121", "119")
    desk.bar("ACME", "118", "123", "119")
    desk.bar("ACME", "99", "119", "100")
    desk.signal("ACME", breakEvenAfterTarget1=True)
    desk.bar("ACME", "100", "111", "108")
    desk.signal("ACME", entry="LIMIT", entryPrice="90", stopLoss="85", target1="100", target2=None)
    desk.signal("ACME", quantity="90000")
    desk.do(
        "recordBacktest",
        name="the same, backtested",
        metrics={"winRate": "50", "averageR": "1", "profitFactor": "2", "maxDrawdown": "1", "sharpe": "1.5"},
        curve=[
            {"time": "2024-01-03T14:30:00Z", "equity": "50000"},
            {"time": "2024-02-10T14:30:00Z", "equity": "51000"},
        ],
    )


@contextmanager
def a_desk(folder: Path, *, port: int = 0, token: str | None = None, **settings: str) -> Iterator[Desk]:
    """A server on the market's clock."""
    environment = {f"PAPERTAPE_{name.upper()}": value for name, value in settings.items()}
    environment |= {} if token is None else {"PAPERTAPE_TOKEN": token}
    make_file(sqlite_url_in(folder))
    with serving("--clock", "market", folder=folder, port=port, environment=environment) as server:
        yield Desk(server)


@contextmanager
def a_page(
    chromium: Browser,
    server: Server,
    complaints: Complaints,
    *,
    width: int = 1440,
    height: int = 900,
    now: datetime | None = None,
    **options: Any,
) -> Iterator[Page]:
    """The dashboard in a browser whose complaints are recorded; `now` is what its clock shows."""
    base_url = server.url.removesuffix("graphql")
    context = chromium.new_context(viewport={"width": width, "height": height}, base_url=base_url, **options)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    complaints.watch(page, base_url)
    if now is not None:
        page.clock.install(time=now)
    page.goto("/")
    yield page
    context.close()


def part(page: Page | Locator, name: str) -> Locator:
    """A part of the page, or of a part of it, by its name for tests."""
    return page.locator(f'[data-test="{name}"]')


def choose_tab(page: Page, name: str) -> Locator:
    """Open a tab; its panel."""
    part(page, f"tab-{name}").click()
    panel = part(page, f"panel-{name}")
    expect(panel).to_be_visible()
    return panel


def money(text: str) -> str:
    """As the page shows an amount."""
    amount = Decimal(text).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    return f"{'−' if amount < 0 else ''}${abs(amount):,.2f}"


def signed_money(text: str) -> str:
    amount = Decimal(text).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    return f"{'+' if amount > 0 else ''}{money(text)}"


def percent(text: str) -> str:
    return f"{Decimal(text).quantize(Decimal('0.01'), ROUND_HALF_EVEN):,.2f} %"
