"""R37: a stretch of groups of bars tells what the groups tell one by one, wherever it is cut."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

import pytest

from domain.calendar import UTC_ZONE, Zone
from domain.engine.recent_groups import Group, Move, RecentGroups, Stretch, known_of
from domain.engine.watch import observations
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
