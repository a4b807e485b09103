"""Market data is taken back: refused where anything was decided by it, else the desk follows (R7)."""

from datetime import datetime

from domain.engine.bands import NO_BANDS, bands_after
from domain.engine.commands import RetractMarketData
from domain.engine.counterfactual import Counterfactual
from domain.engine.events import Retraction
from domain.engine.results import CommandResult, Decision
from domain.engine.state import Desk
from domain.engine.watch import worth_of
from domain.market.state import Market
from domain.notation import print_time
from domain.records import replace
from domain.refusals import ErrorCode, Refused, refuse


def retract(desk: Desk, command: RetractMarketData) -> Decision:
    """Take market data back, by what a replay without it found."""
    try:
        return _retracted(desk, command)
    except Refused as refused:
        return Decision(desk, CommandResult(refusal=refused.refusal))


def _retracted(desk: Desk, command: RetractMarketData) -> Decision:
    without = command.without
    known = desk.markets.get(command.symbol)
    if known is None:
        message = f"the desk has had no market data of {command.symbol}"
        raise refuse(ErrorCode.INVALID_INPUT, message, field="symbol")
    if without.dependent:
        raise _used(command, without)
    market = replace(without.market, asset_class=known.asset_class)
    after = replace(desk.with_market(market), latest_end=_latest(desk, market))
    retraction = Retraction(command.symbol, command.since, without.bars, without.quotes, market, after.latest_end)
    result = CommandResult(retraction=retraction)
    if without.bars + without.quotes == 0:
        return Decision(desk, result)
    after = _followed(after, without).with_applied(desk.applied.without(command.symbol, command.since))
    return Decision(after, result, (retraction,), redecided=tuple(without.curves))


def _latest(desk: Desk, market: Market) -> datetime | None:
    """The market's clock (R2): a symbol's last price is of its latest bar or quote."""
    markets = [market, *(other for other in desk.markets.values() if other.symbol != market.symbol)]
    return max((other.last.time for other in markets if other.last is not None), default=None)


def _followed(desk: Desk, without: Counterfactual) -> Desk:
    """The desk, with what is known of the equity of accounts whose current session was watched otherwise (R37)."""
    for curve in without.curves:
        account = desk.accounts[curve.account.name]
        if account.session.number == curve.account.session.number:
            watch = replace(
                curve.watch, groups=desk.recent.newest, worth=worth_of(account, desk.markets), bands=NO_BANDS
            )
            bands = bands_after(NO_BANDS, account, watch.observed, desk.markets)
            desk = desk.with_watch(account.name, replace(watch, bands=bands))
    return desk


def _used(command: RetractMarketData, without: Counterfactual) -> Refused:
    first, count = without.dependent[0], len(without.dependent)
    more = "1 more entry of the journal follows" if count == 2 else f"{count - 1} more entries of the journal follow"
    others = f"; {more} from it" if count > 1 else ""
    place = f"at {print_time(first.time)}, ordinal {first.ordinal}"
    message = f"account {first.account} decided by it, {place}: {first.what}{others} (R7)"
    return refuse(ErrorCode.MARKET_DATA_USED, message, field="since")
