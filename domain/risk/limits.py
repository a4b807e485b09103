"""What a signal would risk and cost, and whether the account can bear it (R18, R19)."""

from collections.abc import Iterator
from decimal import Decimal

from domain.money import ZERO, OutOfRange, percent_of, plus, total
from domain.orders.costs import Execution, Liquidity
from domain.orders.levels import NO_LEVELS, ExitLevels, levels_at, require_levels
from domain.orders.request import Request
from domain.orders.side import Side
from domain.portfolio.account import Account
from domain.portfolio.position import Position
from domain.portfolio.settings import Settings
from domain.portfolio.valuation import Markets, Valuation, percent_of_equity, risk_at_stake
from domain.records import dataclass
from domain.refusals import ErrorCode, Refusal, Refused, refuse, shown
from domain.risk.sizing import PricedOrder


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a signal would do to an account, as far as it could be worked out, and why it may not.

    `execution` is the priced fill, `levels` those that it gives; `equity` and `buying_power` are what was there before
    the trade, and what it, its campaign and all would risk stands beside them, unrounded. Without a refusal all are
    known (but the campaign's, without a campaign). `is_cancelled` says that it would be cancelled at once instead: it
    may not wait, and cannot fill (R16).
    """

    side: Side
    quantity: Decimal | None = None
    execution: Execution | None = None
    equity: Decimal = ZERO
    trade_risk: Decimal | None = None
    campaign_risk: Decimal | None = None
    heat: Decimal | None = None
    buying_power: Decimal | None = None
    refusal: Refusal | None = None
    levels: ExitLevels = NO_LEVELS
    is_cancelled: bool = False

    @property
    def trade_risk_percent(self) -> Decimal | None:
        """What the trade would risk, in percent of the equity before it, unrounded."""
        return self._percent(self.trade_risk)

    @property
    def campaign_risk_percent(self) -> Decimal | None:
        """What its campaign would risk, in percent of the equity before it, unrounded."""
        return self._percent(self.campaign_risk)

    @property
    def heat_percent(self) -> Decimal | None:
        """What all would risk, in percent of the equity before it, unrounded."""
        return self._percent(self.heat)

    def _percent(self, at_stake: Decimal | None) -> Decimal | None:
        return None if at_stake is None else percent_of_equity(at_stake, self.equity)


def assess(
    account: Account,
    markets: Markets,
    request: Request,
    *,
    raw: Decimal,
    volume: Decimal | None,
    at_most: Decimal | None = None,
) -> Assessment:
    """Size a signal that would fill at the raw price, and check it against every limit.

    `at_most` is the size it was accepted with, which it may not outgrow (R17). What the account reserves for this
    signal has been released before.
    """
    side, valuation = request.resolved_side, Valuation.of(account, markets)
    worth = valuation.equity
    order = PricedOrder(account.settings.pricing, request, side, raw, Liquidity(request.asset_class, volume))
    try:
        quantity = order.largest_quantity(worth) if request.quantity is None else request.quantity
        if at_most is not None:
            quantity = min(quantity, at_most)
        if quantity <= ZERO:
            return Assessment(side, ZERO, refusal=_too_small(request, worth))
        fill = order.price(quantity)
        risk = order.risk_at(fill, quantity)
    except OutOfRange:
        return Assessment(side, refusal=_beyond_measure(valuation.buying_power_of(worth)))
    levels = levels_at(request, fill)
    try:
        require_levels(request, levels, fill=fill, raw=raw)
    except Refused as refused:
        return Assessment(side, quantity, refusal=refused.refusal)
    return _limited(valuation, worth, order, order.filled_at(fill, quantity), risk, levels)


def assess_held(account: Account, markets: Markets, before: Position, after: Position) -> Assessment:
    """What an open position would risk as it is amended, held against R18 where that is more, or elsewhere (R41)."""
    valuation = Valuation.of(account, markets)
    worth, risk = valuation.equity, after.exact_open_risk
    heat = total((risk_at_stake(account), risk, before.exact_open_risk.copy_negate()))
    campaign = None
    if after.campaign_id is not None:
        others = risk_at_stake(account, after.campaign_id)
        is_among = before.campaign_id == after.campaign_id
        campaign = total((others, risk, before.exact_open_risk.copy_negate() if is_among else ZERO))
    grows, moves = risk > before.exact_open_risk, after.campaign_id != before.campaign_id
    refusal = None
    if grows and account.halt_reason is not None:
        message = f"account {account.name} is halted, and this would risk more: {account.halt_reason} (R34, R41)"
        refusal = refuse(ErrorCode.ACCOUNT_HALTED, message).refusal
    elif grows or moves:
        refusal = next(_risks_exceeded(account.settings, worth, risk, campaign, heat), None)
    return Assessment(
        side=after.side,
        quantity=after.open_quantity,
        equity=worth,
        trade_risk=risk,
        campaign_risk=campaign,
        heat=heat,
        buying_power=valuation.buying_power_of(worth),
        refusal=refusal,
    )


def _limited(
    valuation: Valuation,
    worth: Decimal,
    order: PricedOrder,
    execution: Execution | None,
    risk: Decimal,
    levels: ExitLevels,
) -> Assessment:
    account, power = valuation.account, valuation.buying_power_of(worth)
    heat, campaign, campaign_id = plus(risk_at_stake(account), risk), None, order.request.campaign_id
    if campaign_id is not None:
        campaign = plus(risk_at_stake(account, campaign_id), risk)
    return Assessment(
        side=order.side,
        quantity=None if execution is None else execution.quantity,
        execution=execution,
        equity=worth,
        trade_risk=risk,
        campaign_risk=campaign,
        heat=heat,
        buying_power=power,
        refusal=next(_exceeded(account.settings, worth, risk, campaign, heat, power, execution), None),
        levels=levels,
    )


def _exceeded(
    settings: Settings,
    worth: Decimal,
    risk: Decimal,
    campaign: Decimal | None,
    heat: Decimal,
    power: Decimal,
    execution: Execution | None,
) -> Iterator[Refusal]:
    """The limits a fill would exceed, in the order of R20; one reached exactly is allowed (R18)."""
    yield from _risks_exceeded(settings, worth, risk, campaign, heat)
    if execution is None:
        yield _beyond_measure(power)
    elif (cost := plus(execution.amount, execution.commission)) > power:
        message = f"{shown(cost)} for amount and commission exceeds the buying power of {shown(power)} (R19)"
        yield refuse(ErrorCode.INSUFFICIENT_BUYING_POWER, message, limit=power, actual=cost).refusal


def _risks_exceeded(
    settings: Settings, worth: Decimal, risk: Decimal, campaign: Decimal | None, heat: Decimal
) -> Iterator[Refusal]:
    checks = (
        (ErrorCode.TRADE_RISK_EXCEEDED, "the trade would risk", risk, settings.max_trade_risk_percent),
        (ErrorCode.CAMPAIGN_RISK_EXCEEDED, "the campaign would risk", campaign, settings.max_campaign_risk_percent),
        (ErrorCode.PORTFOLIO_HEAT_EXCEEDED, "all open and working would risk", heat, settings.max_heat_percent),
    )
    for code, subject, at_stake, limit in checks:
        if at_stake is not None and at_stake > percent_of(limit, worth):
            yield _limit_exceeded(code, subject, at_stake, limit, worth)


def _limit_exceeded(code: ErrorCode, subject: str, at_stake: Decimal, limit: Decimal, worth: Decimal) -> Refusal:
    actual = percent_of_equity(at_stake, worth)
    share = "more than all" if actual is None else f"{shown(actual)} %"
    message = f"{subject} {share} of equity; the limit is {shown(limit)} % (R18)"
    return refuse(code, message, limit=limit, actual=actual).refusal


def _too_small(request: Request, worth: Decimal) -> Refusal:
    step = request.asset_class.step
    budget = f"{shown(request.risk_percent or ZERO)} % of an equity of {shown(worth)}"
    message = f"{budget} does not pay for the risk of one step, {shown(step)} (R17)"
    return refuse(ErrorCode.QUANTITY_TOO_SMALL, message, field="risk_percent", limit=step, actual=ZERO).refusal


def _beyond_measure(power: Decimal) -> Refusal:
    message = "quantity x price is not below 10000000000, more than the desk can hold (R1)"
    return refuse(ErrorCode.INSUFFICIENT_BUYING_POWER, message, limit=power).refusal
