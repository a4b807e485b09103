"""R37: a stretch of groups of bars tells what the groups tell one by one, wherever it is cut."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

import pytest

from domain.calendar import UTC_ZONE, Zone
from domain.engine.recent_groups import Group, Move, RecentGroups, Stretch, known_of, move_of
from domain.engine.watch import contribution, observations, worth_of
from domain.market.bar import Bar
from domain.market.state import Market
from domain.portfolio.account import Account
from domain.records import replace
from tests.builders import FREE, D, TheDesk, a_bar, a_signal, at

_MINUTE = timedelta(minutes=1)
_SHIFTING = Zone("Anywhere/Shifting", 3_600, ((int(at("23:30").timestamp()), -3_600),))


def _bars(chance: Random, count: int, symbol: str, begun: int) -> Sequence[Bar]:
    """Bars of a minute or longer, one after the other."""
    starts = [at("20:00") + (begun + place) * 11 * _MINUTE for place in range(count)]
    closes = [D(chance.randint(9_000, 11_000)) / 100 for _ in starts]
    ends = [start + chance.randint(1, 11) * _MINUTE for start in starts]
    columns = zip(starts, ends, closes, strict=True)
    return [Bar(symbol, start, end, close, close, close, close) for start, end, close in columns]


def _one_by_one(number: int, market: Market, bars: Sequence[Bar]) -> list[Group]:
    groups: list[Group] = []
    for bar in bars:
        after = market.passed(bar)
        move = Move(*known_of(market), known_of(after)[0] or 0, bar.start)
        groups.append(Group(number + len(groups) + 1, bar.end, {bar.symbol: move}))
        market = after
    return groups


def _account(zone: Zone) -> Account:
    """An account that is long and short, of which one symbol bears a signal's own price."""
    desk = TheDesk(**FREE)
    desk.bars(a_bar("09:00", close="100"), a_bar("09:00", close="100", symbol="MSFT"))
    desk.send(a_signal(stop="1", quantity="7", timestamp="09:30"))
    desk.send(a_signal(stop="1", quantity="3", timestamp="09:30", market="101", symbol="MSFT"))
    return replace(desk.account, session=replace(desk.account.session, zone=zone))


@pytest.mark.parametrize("zone", [UTC_ZONE, _SHIFTING], ids=lambda zone: zone.name)
@pytest.mark.parametrize("seed", range(20))
def test_r37_a_stretch_is_observed_as_its_groups_are_wherever_it_is_cut(seed: int, zone: Zone) -> None:
    chance, account, together, apart, begun = Random(seed), _account(zone), RecentGroups(), RecentGroups(), 0
    markets = {symbol: Market(symbol, updates=1) for symbol in ("AAPL", "MSFT", "NVDA")}
    for _ in range(6):
        symbol, count = chance.choice(list(markets)), chance.randint(1, 9)
        market = replace(markets[symbol], retracted=chance.choice((0, 3)))
        bars = _bars(chance, count, symbol, begun)
        groups = _one_by_one(apart.newest, market, bars)
        is_stretch = chance.random() < 0.7
        stretch = Stretch.of(together.newest + count, market, bars)
        together, apart = together.with_groups([stretch] if is_stretch else groups), apart.with_groups(groups)
        markets[symbol], begun = market.passed_by_all(bars), begun + count
        if chance.random() < 0.5:
            of_all = {held: _bars(chance, 1, held, begun)[0] for held in ("AAPL", "MSFT")}
            moves = {held: _one_by_one(begun, markets[held], [bar])[0].moves[held] for held, bar in of_all.items()}
            moved = [Group(begun + 1, of_all["AAPL"].end, moves)]
            together, apart, begun = together.with_groups(moved), apart.with_groups(moved), begun + 1
            markets |= {held: markets[held].passed_by_all([bar]) for held, bar in of_all.items()}
    assert together.newest == apart.newest == together.count == begun
    for number in range(begun + 1):
        seen, expected = (observations(account, 50, recent.after(number)) for recent in (together, apart))
        told, reference = ((one.times, one.days, one.worths, one.worth) for one in (seen, expected))
        assert told == reference, number
        kept = together.last(begun - number)
        assert (kept.newest, kept.count, kept.after(number)) == (begun, begun - number, together.after(number))
        if number:
            with pytest.raises(ValueError, match="not kept"):
                kept.after(number - 1)


def _held(*symbols: str) -> tuple[Account, dict[str, Market]]:
    """An account that holds symbols, the last of them at a signal's own price; and their markets."""
    desk = TheDesk(**FREE)
    desk.bars(*(a_bar("09:00", close="100", symbol=symbol) for symbol in symbols))
    for symbol in symbols:
        own = "101" if symbol == symbols[-1] else None
        desk.send(a_signal(stop="1", quantity="7", timestamp="09:30", market=own, symbol=symbol))
    return desk.account, {symbol: desk.desk.market(symbol) for symbol in symbols}


def _valued_one_by_one(account: Account, worth: int, groups: Sequence[Group]) -> list[tuple[datetime, int]]:
    """When an account is observed, and what it has open then: by what each move makes of what is held."""
    points: list[tuple[datetime, int]] = []
    exposures = account.positions.exposures
    for group in groups:
        moves = {symbol: move for symbol, move in group.moves.items() if symbol in exposures}
        for symbol, move in moves.items():
            worth -= contribution(exposures[symbol], move.before, move.updates)
            worth += exposures[symbol].net_units * move.price
        if moves:
            points.append((group.end, worth))
    return points


@pytest.mark.parametrize("symbols", [("AAPL",), ("AAPL", "MSFT"), ("AAPL", "MSFT", "NVDA")])
@pytest.mark.parametrize("seed", range(10))
def test_r37_what_is_held_is_worth_the_same_whether_all_of_it_moves_or_some(
    seed: int, symbols: tuple[str, ...]
) -> None:
    chance = Random(seed)
    account, markets = _held(*symbols)
    worth = worth_of(account, markets)
    groups: list[Group] = []
    for minute in range(40):
        count = chance.choice((0, 1, len(symbols), len(symbols)))
        bars = [
            a_bar(f"10:{minute:02}", close=str(chance.randint(90, 110)), symbol=symbol, minutes=1)
            for symbol in (*chance.sample(symbols, count), "IBM")
        ]
        known = {bar.symbol: markets.get(bar.symbol) or Market(bar.symbol) for bar in bars}
        moves = {bar.symbol: move_of(None, known[bar.symbol], bar.close, bar.start) for bar in bars}
        markets |= {bar.symbol: known[bar.symbol].passed(bar) for bar in bars}
        groups.append(Group(minute + 1, bars[0].end, moves))
    for base in (worth, 0):
        seen = observations(account, base, groups)
        assert list(zip(seen.times, seen.worths, strict=True)) == _valued_one_by_one(account, base, groups)
        assert seen.worth - base == worth_of(account, markets) - worth
