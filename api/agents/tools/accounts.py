"""Accounts: which there are, and what each holds, earns and risks."""

from typing import Annotated

from pydantic import Field

from api.agents.arguments import Account, After, Arguments, First
from api.agents.desk_access import DeskAccess
from api.agents.results import Exact, Instant, Page, Result, page, page_of, selection
from api.agents.tool import Tool

Percent = Annotated[Exact, Field(description="Percent, 0 to 100.")]
MaybeExact = Exact | None


class AccountArguments(Arguments):
    """Which account."""

    account: Account = None


class AccountsArguments(Arguments):
    """Which page of them."""

    first: First = 50
    after: After = None


class SessionFacts(Result):
    """One life of the account, from enable or reset to the next reset."""

    number: int
    starting_capital: Exact
    started_at: Instant


class Limits(Result):
    """What the account allows; a signal beyond is refused."""

    max_trade_risk_percent: Annotated[Exact, Field(description="The most one trade may risk, % of equity.")]
    max_campaign_risk_percent: Annotated[Exact, Field(description="The most a campaign may risk, % of equity.")]
    max_heat_percent: Annotated[Exact, Field(description="The most that may be at risk in all, % of equity.")]
    leverage: Annotated[Exact, Field(description="Buying power per unit of equity.")]
    max_price_age_seconds: Annotated[int, Field(description="How old a last price may be for a MARKET entry.")]
    max_daily_loss_percent: Annotated[MaybeExact, Field(description="The day's loss that halts the account.")] = None
    max_drawdown_percent: Annotated[MaybeExact, Field(description="The drawdown that halts the account.")] = None
    scale_out_percent: Annotated[Exact, Field(description="How much exits at target 1, % of the quantity.")]
    break_even_after_target1: Annotated[bool, Field(description="Whether the stop moves to the entry after target 1.")]
    use_realistic_fills: Annotated[bool, Field(description="Whether fills slip and cost commission.")]


class AccountBrief(Result):
    """An account in a line. Amounts are USD."""

    name: str
    enabled: Annotated[bool, Field(description="Whether it takes signals.")]
    halt_reason: Annotated[str | None, Field(description="Why it takes none until a person resumes it.")] = None
    equity: Annotated[Exact, Field(description="Cash and open positions at their last prices.")]
    heat_percent: Annotated[Exact, Field(description="Risk of all that is open or waits, % of equity.")]
    open_positions: int
    working_signals: Annotated[int, Field(description="Signals that wait for their price.")]


class AccountFacts(AccountBrief):
    """A paper account in its current session. Amounts are USD."""

    timezone: Annotated[str, Field(description="Whose days count for today and for daily loss.")]
    session: SessionFacts
    cash: Annotated[Exact, Field(description="Starting capital and all that fills have moved.")]
    buying_power: Annotated[Exact, Field(description="What amount and commission of a new trade must fit.")]
    market_value: Annotated[Exact, Field(description="Open positions at last prices, shorts negative.")]
    gross_exposure: Annotated[Exact, Field(description="Long and short at last prices, together.")]
    net_exposure: Annotated[Exact, Field(description="Long less short at last prices.")]
    today_pnl: Annotated[Exact, Field(description="Equity less that at the end of the account's day before.")]
    total_pnl: Annotated[Exact, Field(description="Equity less starting capital.")]
    realized_pnl: Annotated[Exact, Field(description="Earned by exits, after commissions.")]
    unrealized_pnl: Annotated[Exact, Field(description="What is open has earned at last prices, before commissions.")]
    commission: Annotated[Exact, Field(description="Paid in this session.")]
    slippage: Annotated[Exact, Field(description="What it cost in this session; it is in the prices already.")]
    trade_count: Annotated[int, Field(description="Round trips completed.")]
    win_rate: Annotated[MaybeExact, Field(description="Winning trades, % of all.")] = None
    average_r: Annotated[MaybeExact, Field(description="Mean R multiple of the trades that have one.")] = None
    peak_equity: Annotated[Exact, Field(description="The highest equity observed.")]
    max_drawdown: Annotated[Exact, Field(description="The largest loss from a peak so far, % of that peak.")]
    current_drawdown: Annotated[Exact, Field(description="The loss from the peak now, % of it.")]
    settings: Limits
    cursor: Annotated[str, Field(description="Where its journal stands: for ifCursor of amend.")]


class AccountAnswer(Result):
    """The account, and the desk's clock."""

    account: AccountFacts
    clock: Annotated[Instant, Field(description="The desk's time: what a missing timestamp means.")]


class AccountsPage(Page[AccountBrief]):
    """Accounts, the newest first."""


_ACCOUNT = f"query ($account: String!) {{ account(name: $account) {selection(AccountFacts)} clock }}"
_ACCOUNTS = f"query ($first: Int!, $after: String) {{ accounts(first: $first, after: $after) {page_of(AccountBrief)} }}"
_ONE_ACCOUNT = f"query ($account: String!) {{ account(name: $account) {selection(AccountBrief)} }}"


async def _account(desk: DeskAccess, asked: AccountArguments) -> AccountAnswer:
    answer = await desk.of_account(_ACCOUNT, desk.account(asked.account))
    return AccountAnswer.model_validate(answer)


async def _accounts(desk: DeskAccess, asked: AccountsArguments) -> AccountsPage:
    if desk.accounts:
        found = [(await desk.ask(_ONE_ACCOUNT, account=name))["account"] for name in desk.accounts]
        items = [AccountBrief.model_validate(account) for account in found if account is not None]
        return AccountsPage(total_count=len(items), items=items, next_cursor=None)
    return AccountsPage.model_validate(page((await desk.ask(_ACCOUNTS, **asked.said()))["accounts"]))


ACCOUNTS = Tool(
    "accounts",
    "List accounts",
    "The paper accounts of the desk that this agent may use, with equity, heat and what is open.",
    AccountsArguments,
    AccountsPage,
    _accounts,
)
ACCOUNT = Tool(
    "account",
    "Look at an account",
    "One account's money, profit and loss, risk, limits and drawdown, and the desk's clock. Begin here: it tells "
    "whether the account takes signals, how much buying power is left, and what a trade may risk.",
    AccountArguments,
    AccountAnswer,
    _account,
)
