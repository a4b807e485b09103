"""Reports: what the record of a session says, and whether it has earned real money."""

from typing import Annotated

from pydantic import Field

from api.agents.arguments import Account, Arguments, OnlySymbols, Session, Time
from api.agents.declined import Declined, DeclinedCode
from api.agents.desk_access import DeskAccess, require_account
from api.agents.results import Exact, Instant, Result, selection
from api.agents.tool import Tool


class ReportArguments(Arguments):
    """Which session, and which of its trades."""

    account: Account = None
    session: Session = None
    symbols: OnlySymbols = None
    campaign_id: Annotated[str | None, Field(description="Only trades of this campaign.")] = None
    since: Annotated[Time | None, Field(description="Only trades that exited at or after this time.")] = None
    to: Annotated[Time | None, Field(description="Only trades that exited before this time.")] = None


class Check(Result):
    """One thing that is asked of a rehearsal."""

    criterion: Annotated[str, Field(description="DAYS_ENABLED, TRADES, WIN_RATE (%) or AVERAGE_R.")]
    required: Exact
    actual: Annotated[Exact | None, Field(description="What was found; left out: nothing to go by.")] = None
    passed: bool


class Interval(Result):
    """An interval of confidence."""

    low: Exact
    high: Exact


class Evidence(Result):
    """Evidence beside the checks, to be weighed by who decides."""

    expectancy_r: Annotated[Interval | None, Field(description="95 % interval of the mean R multiple.")] = None
    trading_days: Annotated[int, Field(description="Days on which the equity of something held was observed.")]
    max_drawdown: Annotated[Exact, Field(description="The largest loss from a peak, % of it.")]


class Eligibility(Result):
    """Whether a rehearsal has earned real money; only trades signalled live count, no replayed history."""

    eligible: Annotated[bool, Field(description="Whether every check has passed.")]
    progress_percent: Exact
    checks: list[Check]
    evidence: Evidence


class Extreme(Result):
    """The best or the worst trade."""

    signal_id: str
    symbol: str
    realized_pnl: Exact
    r_multiple: Exact | None = None


class Record(Result):
    """What the record of a session says. Amounts are USD, percents 0 to 100; what is not defined is left out."""

    since: Annotated[Instant, Field(description="The market time that it begins with.")]
    to: Annotated[Instant, Field(description="The market time that it ends with.")]
    trade_count: int
    winning_trades: int
    losing_trades: int
    win_rate: Exact | None = None
    profit_factor: Annotated[Exact | None, Field(description="Gross wins / gross losses.")] = None
    average_r: Annotated[Exact | None, Field(description="Mean R multiple.")] = None
    expectancy: Annotated[Exact | None, Field(description="Mean net P&L.")] = None
    average_win: Exact | None = None
    average_loss: Annotated[Exact | None, Field(description="As a positive amount.")] = None
    best_trade: Extreme | None = None
    worst_trade: Extreme | None = None
    average_holding_seconds: Exact | None = None
    longest_losing_run: Annotated[int, Field(description="The most losing trades in a row.")]
    realized_pnl: Exact
    commission: Exact
    slippage: Annotated[Exact, Field(description="It is in the prices already.")]
    return_percent: Annotated[Exact, Field(description="Of the starting capital, or of the equity before the span.")]
    max_drawdown: Annotated[Exact, Field(description="% of the peak.")]
    current_drawdown: Annotated[Exact, Field(description="% of the peak.")]
    sharpe: Annotated[Exact | None, Field(description="Annual.")] = None
    sortino: Annotated[Exact | None, Field(description="Annual.")] = None
    calmar: Exact | None = None
    volatility: Annotated[Exact | None, Field(description="Annual, %.")] = None
    annual_return: Annotated[Exact | None, Field(description="Compound, %.")] = None
    exposure_percent: Annotated[Exact | None, Field(description="Days on which something was held, % of all.")] = None
    days: Annotated[int, Field(description="Days with data of the symbols signalled.")]
    live_eligibility: Eligibility


_REPORT = f"""query ($account: String!, $session: Int, $filter: ReportFilter) {{
  report(account: $account, session: $session, filter: $filter) {selection(Record)} account(name: $account) {{ name }}
}}"""


async def _report(desk: DeskAccess, asked: ReportArguments) -> Record:
    account = desk.account(asked.account)
    chosen = asked.said("account", "session")
    answer = await desk.ask(_REPORT, account=account, session=asked.session, filter=chosen)
    require_account(answer["account"], account)
    if answer["report"] is None:
        raise Declined(DeclinedCode.SESSION_NOT_FOUND, f"{account!r} has no session {asked.session}")
    return Record.model_validate(answer["report"])


REPORT = Tool(
    "report",
    "Report on a session",
    "How a session went: win rate, expectancy, R, drawdown, Sharpe and more, and whether it has earned real money yet "
    "(liveEligibility, with each check).",
    ReportArguments,
    Record,
    _report,
)
