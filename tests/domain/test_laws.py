"""Laws of the desk: what holds whatever signals, bars, settings and commands there are, for both sides alike."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.engine.audit import position_faults
from domain.engine.commands import ExecuteSignal
from domain.engine.decide.dispatch import preview
from domain.engine.events import AccountOpened, JournalEntry, PositionEvent, PositionEventKind, SignalEvent, TradeEvent
from domain.engine.evolve import evolve, opened
from domain.engine.results import Decision
from domain.engine.state import Desk
from domain.market.state import market_of
from domain.market.update import MarketUpdate
from domain.money import SMALLEST, amount, down_to, plain, rounded, share, total
from domain.orders.request import EntryType
from domain.orders.side import Side
from domain.orders.signal import SignalStatus
from domain.portfolio.account import Account
from domain.portfolio.fill import Fill, FillReason
from domain.portfolio.holding import holding_of
from domain.portfolio.open_positions import OpenPositions
from domain.portfolio.position import Position, PositionStatus
from domain.portfolio.valuation import Markets, Valuation, equity, risk_at_stake
from tests.builders import TheDesk, a_bar, a_signal, assert_the_ledger_balances, commission
from tests.domain.domain_desk import DomainDesk, Record
from tests.strategies import OPENING, WALL, Step, amending_scenarios, decimals, scenarios

ZERO = Decimal(0)
NUMBERS = st.decimals(-(10**9), 10**9, places=8)


@dataclass
class Transition:
    """One step of a scenario: the desk before it, the command, and its decision."""

    before: Desk
    method: str
    arguments: Record
    decision: Decision
    desk: DomainDesk


def transitions(scenario: list[Step]) -> Iterator[Transition]:
    desk = DomainDesk(WALL)
    for method, arguments in scenario:
        before = desk.desk
        decision = desk.decision_of(method, arguments)
        if decision is not None:
            yield Transition(before, method, arguments, decision, desk)


def one_bar_at_a_time(scenario: list[Step]) -> list[Step]:
    """The scenario with every batch split into single items, so that the market before each bar is known."""
    split: list[Step] = []
    for method, arguments in scenario:
        if method == "ingest":
            split += [("ingest", {"batch": [item]}) for item in arguments["batch"]]
        else:
            split.append((method, arguments))
    return split


def journal_entries(decision: Decision) -> list[JournalEntry]:
    return [fact for fact in decision.facts if isinstance(fact, JournalEntry)]


def fills_of_session(desk: DomainDesk, name: str) -> list[tuple[Position, Fill]]:
    events = [entry.event for entry in desk.entries(name)]
    session = desk.desk.accounts[name].session.number
    done = [e for e in events if isinstance(e, PositionEvent) and e.position.session == session]
    return [(e.position, e.fill) for e in done if e.fill is not None]


# The ledger


@given(scenarios())
def test_cash_is_the_capital_and_what_every_fill_moved(scenario: list[Step]) -> None:
    for transition in transitions(scenario):
        for name, account in transition.desk.desk.accounts.items():
            cash = account.session.starting_capital
            for position, fill in fills_of_session(transition.desk, name):
                sign = -position.side.sign if fill.reason is FillReason.ENTRY else position.side.sign
                cash += sign * amount(fill.quantity, fill.price) - fill.commission
            assert account.totals.cash == cash


@given(scenarios())
def test_equity_is_capital_and_all_profit_less_the_entry_commissions_not_yet_shared(scenario: list[Step]) -> None:
    for transition in transitions(scenario):
        markets = transition.desk.desk.markets
        for account in transition.desk.desk.accounts.values():
            assert_the_ledger_balances(account, markets)


@given(scenarios())
def test_what_positions_and_signals_sum_to_is_kept_by_every_event(scenario: list[Step]) -> None:
    for transition in transitions(scenario):
        for account in transition.desk.desk.accounts.values():
            assert_the_sums_are_those_of_positions_and_signals(account)


def assert_the_sums_are_those_of_positions_and_signals(account: Account) -> None:
    held, waiting = list(account.positions.values()), list(account.working.values())
    assert account.positions.exposures == OpenPositions.of(held).exposures
    assert (len(account.positions), len(account.working)) == (len(held), len(waiting))
    assert account.working.reserved_notional == total(signal.reserved_notional for signal in waiting)
    for campaign in {None, *(position.campaign_id for position in held), *(w.request.campaign_id for w in waiting)}:
        risk = total(p.exact_open_risk for p in held if campaign in (None, p.campaign_id))
        assert account.positions.open_risk(campaign) == risk
        reserved = total(w.reserved_risk for w in waiting if campaign in (None, w.request.campaign_id))
        assert account.working.risk(campaign) == reserved


@given(scenarios())
def test_holdings_and_the_trades_of_other_symbols_are_all_that_an_account_has_earned(scenario: list[Step]) -> None:
    for transition in transitions(scenario):
        markets = transition.desk.desk.markets
        for name, account in transition.desk.desk.accounts.items():
            closed = closed_pnl_by_symbol(transition.desk, name)
            held = [
                holding_of(account, market_of(markets, symbol), closed.pop(symbol, ZERO), None)
                for symbol in account.positions.exposures
            ]
            assert sum(closed.values()) + sum(holding.realized_pnl for holding in held) == account.totals.realized_pnl
            apart = sum(holding.unrealized_pnl for holding in held) - Valuation.of(account, markets).unrealized_pnl
            assert abs(apart) <= SMALLEST * len(held)
            assert sum(holding.positions for holding in held) == len(account.positions)


def closed_pnl_by_symbol(desk: DomainDesk, name: str) -> dict[str, Decimal]:
    session = desk.desk.accounts[name].session.number
    closed: dict[str, Decimal] = {}
    for event in (entry.event for entry in desk.entries(name)):
        if isinstance(event, TradeEvent) and event.trade.session == session:
            closed[event.trade.symbol] = closed.get(event.trade.symbol, ZERO) + event.trade.realized_pnl
    return closed


@given(scenarios())
def test_a_market_entry_costs_its_slippage_and_commission_but_for_the_rounding_of_the_sum(scenario: list[Step]) -> None:
    for transition in transitions(scenario):
        if transition.method != "execute_signal" or not journal_entries(transition.decision):
            continue
        if transition.arguments["signal"].get("entry", "MARKET") != "MARKET":
            continue  # a close of earlier may be other than the last price
        name = transition.arguments["name"]
        before = equity(transition.before.accounts[name], transition.before.markets)
        after = equity(transition.desk.desk.accounts[name], transition.desk.desk.markets)
        fills = [e.event.fill for e in journal_entries(transition.decision) if isinstance(e.event, PositionEvent)]
        costs = sum((fill.slippage + fill.commission for fill in fills if fill), ZERO)
        assert abs(before - after - costs) <= SMALLEST


# The limits


@given(scenarios())
def test_no_entry_exceeds_a_limit(scenario: list[Step]) -> None:
    for transition in transitions(one_bar_at_a_time(scenario)):
        markets = markets_during(transition)
        for before, event in steps_of_the_journal(transition):
            if event.kind is PositionEventKind.OPENED:
                assert_within_limits(before, event.position, markets)


@given(amending_scenarios())
def test_no_amendment_exceeds_a_limit_where_the_risk_grows_or_the_campaign_is_another(scenario: list[Step]) -> None:
    for transition in transitions(scenario):
        for account, event in steps_of_the_journal(transition):
            if event.kind is PositionEventKind.AMENDED:
                assert_amended_within_limits(account, event.position, transition.before.markets)


def assert_amended_within_limits(account: Account, amended: Position, markets: Markets) -> None:
    before = account.positions[amended.id]
    was, risk = Fraction(before.exact_open_risk), Fraction(amended.exact_open_risk)
    if risk <= was and amended.campaign_id == before.campaign_id:
        return
    assert risk <= was or account.halt_reason is None
    assert_at_stake_within_limits(account, amended.campaign_id, before.campaign_id, was, risk, markets)


def assert_at_stake_within_limits(
    account: Account, campaign: str | None, campaign_before: str | None, was: Fraction, risk: Fraction, markets: Markets
) -> None:
    """All that is at stake, with `risk` in place of what `was`, keeps to the limits of the trade, campaign and heat."""
    settings, worth = account.settings, Fraction(equity(account, markets))
    assert risk * 100 <= Fraction(settings.max_trade_risk_percent) * worth
    assert (Fraction(risk_at_stake(account)) - was + risk) * 100 <= Fraction(settings.max_heat_percent) * worth
    if campaign is not None:
        others = Fraction(risk_at_stake(account, campaign)) - (was if campaign == campaign_before else 0)
        assert (others + risk) * 100 <= Fraction(settings.max_campaign_risk_percent) * worth


@given(amending_scenarios())
def test_no_amended_signal_reserves_more_than_the_limits(scenario: list[Step]) -> None:
    for transition in transitions(scenario):
        for entry in journal_entries(transition.decision):
            event = entry.event
            if not isinstance(event, SignalEvent) or not event.changes:
                continue
            [account] = [a for a in transition.before.accounts.values() if a.id == entry.account_id]
            before, after = account.working[event.signal.id], event.signal
            campaigns = after.request.campaign_id, before.request.campaign_id
            # A share of the price, and all of it, are less where a sale slips: they were checked at that fill.
            if after.request.stop_loss is not None or after.request.stop_distance is not None:
                was, risk = Fraction(before.reserved_risk), Fraction(after.reserved_risk)
                assert_at_stake_within_limits(account, *campaigns, was, risk, transition.before.markets)


@given(amending_scenarios())
def test_the_same_amendment_twice_is_once(scenario: list[Step]) -> None:
    desk = DomainDesk(WALL)
    for number, (method, given_arguments) in enumerate(scenario):
        is_amendment = method in ("amend_position", "amend_signal")
        once = {"once": str(UUID(int=2**50 + number, version=4))} if is_amendment else {}
        arguments = given_arguments | once
        first = getattr(desk, method)(**arguments)
        if is_amendment and first["error"] not in ("INVALID_INPUT", "ACCOUNT_NOT_FOUND"):
            after, facts = desk.desk, len(desk.journal)
            assert getattr(desk, method)(**arguments) == {**first, "replayed": True}
            assert (desk.desk, len(desk.journal)) == (after, facts)


def markets_during(transition: Transition) -> Markets:
    """The markets when entries were checked: a bar's open is the last price until it is done (R8)."""
    updates = [fact for fact in transition.decision.facts if isinstance(fact, MarketUpdate)]
    desk = transition.before
    for update in updates:
        desk = desk.with_market(desk.market(update.symbol).opened(update))
    return desk.markets


def steps_of_the_journal(transition: Transition) -> Iterator[tuple[Account, PositionEvent]]:
    """Every event of a position, with the account as it stood before it."""
    accounts = {account.id: account for account in transition.before.accounts.values()}
    for entry in journal_entries(transition.decision):
        if isinstance(entry.event, AccountOpened):
            continue
        account = accounts[entry.account_id]
        if isinstance(entry.event, PositionEvent):
            yield account, entry.event
        accounts[entry.account_id] = evolve(account, entry.event)


def assert_within_limits(account: Account, position: Position, markets: Markets) -> None:
    settings, fill = account.settings, position.fills[0]
    worth = Fraction(equity(account, markets))
    risk = Fraction(fill.amount)
    if position.initial_stop is not None:
        risk = Fraction(abs(fill.price - position.initial_stop)) * Fraction(fill.quantity)
    heat = Fraction(risk_at_stake(account)) + risk
    assert risk * 100 <= Fraction(settings.max_trade_risk_percent) * worth
    assert heat * 100 <= Fraction(settings.max_heat_percent) * worth
    assert fill.amount + fill.commission <= Valuation.of(account, markets).buying_power
    if position.campaign_id is not None:
        campaign = Fraction(risk_at_stake(account, position.campaign_id)) + risk
        assert campaign * 100 <= Fraction(settings.max_campaign_risk_percent) * worth


# The fills


@given(scenarios())
def test_no_stop_fills_better_than_the_stop_and_no_target_worse_than_the_target(scenario: list[Step]) -> None:
    for transition in transitions(scenario):
        for account, event in steps_of_the_journal(transition):
            if event.fill is None or event.fill.reason is FillReason.ENTRY:
                continue
            position, price, side = account.positions[event.position.id], event.fill.price, event.position.side
            match event.fill.reason:
                case FillReason.STOP_LOSS:
                    assert position.stop is not None
                    assert side.gain(position.stop, price) <= ZERO
                case FillReason.TARGET_1:
                    assert position.target1 is not None
                    assert side.gain(position.target1, price) >= ZERO
                case FillReason.TARGET_2:
                    assert position.target2 is not None
                    assert side.gain(position.target2, price) >= ZERO


@given(scenarios())
def test_no_limit_entry_fills_worse_than_its_limit_and_no_stop_entry_better_than_its_stop(scenario: list[Step]) -> None:
    for transition in transitions(scenario):
        for account, event in steps_of_the_journal(transition):
            if event.kind is not PositionEventKind.OPENED or (signal := account.working.get(event.position.id)) is None:
                continue
            request, price = signal.request, event.position.entry_price
            if request.entry is EntryType.LIMIT:
                assert request.entry_price is not None
                assert event.position.side.gain(price, request.entry_price) >= ZERO
            if request.entry is EntryType.STOP:
                assert request.entry_price is not None
                assert event.position.side.gain(price, request.entry_price) <= ZERO


@given(scenarios())
def test_a_bar_fills_nothing_at_a_price_at_which_it_did_not_trade(scenario: list[Step]) -> None:
    for transition in transitions(one_bar_at_a_time(scenario)):
        for update in (fact for fact in transition.decision.facts if isinstance(fact, MarketUpdate)):
            fills = [event.fill for _, event in steps_of_the_journal(transition) if event.fill is not None]
            for fill in [fill for fill in fills if fill.reason is not FillReason.MANUAL]:
                assert update.low <= fill.raw_price <= update.high
                assert fill.time in (update.start, update.end)
                assert not fill.gap or (fill.raw_price, fill.time) == (update.open, update.start)


def test_a_stop_moved_to_break_even_at_an_open_that_is_beyond_it_exits_at_that_open() -> None:
    desk = DomainDesk(WALL)
    desk.enable("default", {"slippage": {"percent": Decimal(2)}, "break_even_after_target1": True})
    signal: Record = {"id": "00000000-0000-4000-8000-000000000001", "symbol": "AAPL", "side": "LONG"}
    signal |= {"stop_loss": Decimal(95), "target1": Decimal(101), "target2": Decimal(110), "quantity": Decimal(10)}
    signal |= {"market_price": Decimal(100), "timestamp": OPENING}
    desk.execute_signal("default", signal)
    desk.ingest([{"symbol": "AAPL", "time": OPENING, "price": Decimal("101.5")}])
    position = desk.positions("default")[signal["id"]]
    assert (position["status"], position["stop"]) == ("STOPPED", Decimal(102))
    assert [(fill["reason"], fill["price"], fill["raw_price"]) for fill in position["fills"]] == [
        ("ENTRY", Decimal(102), Decimal(100)),
        ("TARGET_1", Decimal("101.5"), Decimal("101.5")),
        ("STOP_LOSS", Decimal("99.47"), Decimal("101.5")),
    ]


def test_a_stop_moved_by_a_quote_does_not_count_for_a_bar_that_began_before_it() -> None:
    desk = DomainDesk(WALL)
    desk.enable("default", {"use_realistic_fills": False, "break_even_after_target1": True})
    signal: Record = {"id": "00000000-0000-4000-8000-000000000001", "symbol": "AAPL", "side": "LONG"}
    signal |= {"stop_loss": Decimal(95), "target1": Decimal(101), "target2": Decimal(110), "quantity": Decimal(10)}
    desk.execute_signal("default", signal | {"market_price": Decimal(100), "timestamp": OPENING})
    desk.ingest([{"symbol": "AAPL", "time": OPENING + timedelta(hours=2), "price": Decimal(101)}])
    dip: Record = {
        "symbol": "AAPL",
        "open": Decimal(101),
        "high": Decimal(101),
        "low": Decimal(99),
        "close": Decimal(101),
    }
    desk.ingest([dip | {"start": OPENING, "end": OPENING + timedelta(hours=1)}])
    position = desk.positions("default")[signal["id"]]
    assert (position["status"], position["stop"], position["open_quantity"]) == ("TARGET_1_HIT", 100, 5)
    desk.ingest([dip | {"start": OPENING + timedelta(hours=2), "end": OPENING + timedelta(hours=3)}])
    position = desk.positions("default")[signal["id"]]
    assert (position["status"], position["fills"][-1]["price"]) == ("STOPPED", 100)


# The journal


@given(st.one_of(scenarios(), amending_scenarios()))
def test_the_journal_folded_is_the_state_kept(scenario: list[Step]) -> None:
    desk = DomainDesk(WALL)
    for method, arguments in scenario:
        getattr(desk, method)(**arguments)
    for name, kept in desk.desk.accounts.items():
        entries = desk.entries(name)
        assert [entry.seq for entry in entries] == list(range(1, kept.seq + 1))
        assert without_marks(folded(entries)) == without_marks(kept)


def folded(entries: list[JournalEntry]) -> Account:
    first, *others = entries
    assert isinstance(first.event, AccountOpened)
    account = opened(first.event)
    for entry in others:
        account = evolve(account, entry.event)
    return account


def without_marks(account: Account) -> tuple[Any, ...]:
    """An account without what follows from market data alone."""
    kept = ("id", "name", "settings", "enabled", "halt_reason", "session", "totals", "positions", "working")
    return (*(getattr(account, name) for name in kept), account.seq, account.signal_count)


@given(scenarios())
def test_the_same_inputs_give_the_same_journal(scenario: list[Step]) -> None:
    assert after_scenario(scenario).journal == after_scenario(scenario).journal


def after_scenario(scenario: list[Step]) -> DomainDesk:
    desk = DomainDesk(WALL)
    for method, arguments in scenario:
        getattr(desk, method)(**arguments)
    return desk


@given(scenarios())
def test_no_ledger_depends_on_how_the_accounts_are_named(scenario: list[Step]) -> None:
    names = {"default": "zulu", "second": "alpha", "nobody": "nobody"}
    renamed = [
        (method, arguments | {"name": names[arguments["name"]]} if "name" in arguments else arguments)
        for method, arguments in scenario
    ]
    one, other = after_scenario(scenario), after_scenario(renamed)
    for name in one.desk.accounts:
        assert one.account(name) == other.account(names[name])
        assert one.positions(name) == other.positions(names[name])
        assert one.signals(name) == other.signals(names[name])


@given(scenarios())
def test_a_command_refused_without_a_signal_to_store_changes_nothing(scenario: list[Step]) -> None:
    """Only the record of a command with an id is kept (R5)."""
    for transition in transitions(scenario):
        result = transition.decision.result
        if result.replayed or (result.refusal is not None and result.signal is None):
            after = transition.decision.desk
            remembered = set(after.commands) - set(transition.before.commands)
            assert len(remembered) == (transition.decision.record is not None)
            assert replace(after, commands=transition.before.commands) == transition.before
            assert (transition.decision.facts, transition.decision.curves) == ((), ())


@given(scenarios())
def test_a_preview_is_the_decision_that_follows(scenario: list[Step]) -> None:
    for transition in transitions(scenario):
        signal = transition.decision.result.signal
        if transition.method != "execute_signal" or signal is None or transition.decision.result.replayed:
            continue
        command = ExecuteSignal(transition.arguments["name"], signal.id, signal.signal_id, signal.request)
        seen = preview(transition.before, command, transition.desk.times_for(transition.before, command))
        assert seen.refusal == signal.refusal
        if signal.status is SignalStatus.EXECUTED:
            events = (entry.event for entry in journal_entries(transition.decision))
            fill = next(event.fill for event in events if isinstance(event, PositionEvent))
            assert seen.execution is not None
            assert fill is not None
            assert (seen.execution.price, seen.execution.commission) == (fill.price, fill.commission)
        if signal.refusal is None:
            assert seen.quantity == signal.quantity


@given(
    st.sampled_from(Side),
    st.integers(1, 2_000),
    st.lists(st.tuples(st.integers(-40, 40), st.one_of(decimals("0.01", "100", 2), st.integers(1, 400))), max_size=8),
)
def test_parts_closed_by_hand_keep_the_ledger_and_the_journal_and_happen_once(
    side: Side, quantity: int, closings: list[tuple[int, Decimal | int]]
) -> None:
    limits: dict[str, Any] = dict.fromkeys(("max_trade_risk_percent", "max_heat_percent"), Decimal(100))
    desk = TheDesk(side, commission=commission("0.0051"), leverage=Decimal(50), **limits)
    desk.send(a_signal(market="100", quantity=str(quantity), target="104", target2="105", stop="95"))
    for number, (moved, part) in enumerate(closings):
        desk.bars(a_bar(f"2024-03-{number + 5:02} 10:00", close=str(100 + Decimal(moved) / 10)))
        asked = {"percent": plain(part)} if isinstance(part, Decimal) else {"quantity": str(part)}
        first = desk.close(**asked, once=100 + number)  # type: ignore[arg-type]
        facts, position = len(desk.facts), desk.position()
        again = desk.close(**asked, once=100 + number)  # type: ignore[arg-type]
        assert (again.replayed, again.refusal, len(desk.facts)) == (True, first.refusal, facts)
        assert list(position_faults(position)) == []
        assert position.is_open or position.status is not PositionStatus.OPEN
        assert position.status is not PositionStatus.CLOSED or not position.is_open
    entries = [fact for fact in desk.facts if isinstance(fact, JournalEntry)]
    assert without_marks(folded(entries)) == without_marks(desk.account)


# Both sides


@given(scenarios(accounts=("default",), symbols=("AAPL",)))
def test_a_short_is_the_mirror_image_of_a_long(scenario: list[Step]) -> None:
    """Prices mirrored and sides exchanged, with costs independent of prices: the same profit, step by step."""
    one, other = DomainDesk(WALL), DomainDesk(WALL)
    for method, arguments in unpriced(scenario):
        assert getattr(one, method)(**arguments) == getattr(other, method)(**mirrored(arguments))
        for name in one.desk.accounts:
            seen, reflected = one.account(name), other.account(name)
            same = ("equity", "realized", "unrealized", "commission", "slippage", "heat", "wins", "losses", "halted")
            assert {key: seen[key] for key in same} == {key: reflected[key] for key in same}
            assert one.signals(name) == other.signals(name)
            assert one.positions(name) == {key: mirrored(position) for key, position in other.positions(name).items()}


def unpriced(scenario: list[Step]) -> list[Step]:
    """The scenario of an account so large that no limit matters, without what depends on a price or names a side."""
    split = []
    for method, given_arguments in scenario:
        arguments = dict(given_arguments)
        if "signal" in arguments:
            if depends_on_its_price(arguments["signal"]):
                continue
            arguments["signal"] = at_small_risk(arguments["signal"])
        if "changes" in arguments:
            if has_percent(arguments["changes"]):
                continue
            arguments["changes"] = at_small_risk(arguments["changes"])
        if "settings" in arguments:
            arguments["settings"] = arguments["settings"] | RICH
        split.append((method, arguments))
    return split


def depends_on_its_price(signal: Record) -> bool:
    """Whether its risk or its levels are a share of its price, or all of it."""
    return has_percent(signal) or not {"stop_loss", "stop_distance"} & signal.keys()


def has_percent(levels: Record) -> bool:
    """Whether a level is a share of a price."""
    return "stop_percent" in levels or "percent" in (levels.get("trailing_stop") or {})


def at_small_risk(asked: Record) -> Record:
    """What is asked at a thousandth of its risk, and for no pattern."""
    kept = {key: value for key, value in asked.items() if key != "pattern"}
    return kept | ({"risk_percent": kept["risk_percent"] / 1_000} if "risk_percent" in kept else {})


RICH: Record = {
    "starting_capital": Decimal(100_000_000),
    "leverage": Decimal(50),
    "slippage": {"per_share": Decimal("0.03")},
    "commission": {"per_share": {"rate": Decimal("0.005")}},
}
MIRROR = Decimal(2_000)
PRICES = {"open", "close", "price", "raw_price", "stop", "stop_loss", "target1", "target2", "entry_price"}
PRICES |= {"market_price", "activation"}
OPPOSITE = {"LONG": "SHORT", "SHORT": "LONG"}


def mirrored(value: Any) -> Any:
    if isinstance(value, list):
        return [mirrored(item) for item in value]
    if not isinstance(value, dict):
        return value
    turned = {
        key: MIRROR - item if key in PRICES and item is not None else mirrored(item) for key, item in value.items()
    }
    if "side" in value:
        turned["side"] = OPPOSITE[value["side"]]
    if "high" in value:
        turned["high"], turned["low"] = MIRROR - value["low"], MIRROR - value["high"]
    return turned


# Numbers


@given(NUMBERS)
def test_a_number_survives_its_plain_notation(number: Decimal) -> None:
    text = plain(number)
    assert Decimal(text) == number
    assert set(text) <= set("-0123456789.")
    assert plain(Decimal(text)) == text


@given(st.decimals(-(10**6), 10**6, places=14))
def test_rounding_is_to_eight_places_half_even(number: Decimal) -> None:
    assert Fraction(rounded(number)) == round(Fraction(number), 8)


@given(decimals("0", "1000000", 8), decimals("0", "100000", 8))
def test_an_amount_is_the_exact_product_rounded_once(quantity: Decimal, price: Decimal) -> None:
    product = Fraction(quantity) * Fraction(price)
    if product < 10**9:
        assert Fraction(amount(quantity, price)) == round(product, 8)


@given(decimals("0", "1000000", 8), st.lists(decimals("0.00000001", "1000", 8), min_size=1, max_size=6))
def test_shares_and_what_is_left_for_the_last_sum_to_the_whole(whole: Decimal, parts: list[Decimal]) -> None:
    of = sum(parts, ZERO)
    shares = [share(whole, part, of) for part in parts[:-1]]
    last = whole - sum(shares, ZERO)
    fair = Fraction(whole) * Fraction(parts[-1]) / Fraction(of)
    assert abs(Fraction(last) - fair) <= Fraction(SMALLEST) / 2 * len(shares)


@given(decimals("0", "1000000", 8), decimals("0.00000001", "100", 8))
def test_down_to_a_step_is_the_largest_multiple_that_is_not_above(value: Decimal, step: Decimal) -> None:
    result = down_to(value, step)
    assert Fraction(result) % Fraction(step) == 0
    assert ZERO <= value - result < step
