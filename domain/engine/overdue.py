"""What is owed of accounts' curves: worked out in turn, so that the groups of bars that came since need not be kept."""

from collections.abc import Iterable
from itertools import chain, compress, cycle

from domain.engine.observer import SessionCurve
from domain.engine.state import Desk
from domain.engine.watch import Watch, caught_up
from domain.records import replace

KEPT = 64
"""How many groups are kept: each account has its turn once in so many."""

_NEIGHBOURS = 8
"""So many accounts that were opened one after another have their turn together: what is stored of them lies close.

The first of a desk have theirs one by one, for a desk that has few would have nothing to do at most turns.
"""


def caught_up_in_turn(desk: Desk) -> tuple[Desk, list[SessionCurve]]:
    """The desk with all that was observed of the accounts whose turn came, and of those that were looked at meanwhile.

    Others count groups otherwise, so that accounts have their turns for what others wrote too.
    """
    newest, turned = desk.recent.newest, desk.recent.turned
    if newest == turned:
        return desk, []
    turns = range(max(turned, newest - KEPT) + 1, newest + 1)
    due = (_whose_turn_is(desk.accounts, turn % KEPT) for turn in turns)
    desk, curves = _caught_up(desk, chain(*due, desk.watches.changes))
    return desk.with_recent(replace(desk.recent.last(KEPT), turned=newest)), curves


def _whose_turn_is(names: Iterable[str], turn: int) -> Iterable[str]:
    first = (place % KEPT == turn for place in range(KEPT * _NEIGHBOURS))
    others = [place // _NEIGHBOURS == turn for place in range(KEPT * _NEIGHBOURS)]
    return compress(names, chain(first, cycle(others)))


def without_needless(desk: Desk) -> Desk:
    """The desk with no groups but those of which something is owed."""
    newest = desk.recent.newest
    holders = (name for name, account in desk.accounts.items() if account.positions.exposures)
    return desk.with_recent(desk.recent.last(max((newest - desk.watches[name].groups for name in holders), default=0)))


def all_caught_up(desk: Desk) -> tuple[Desk, list[SessionCurve]]:
    """The desk, with all that was observed of every account."""
    return _caught_up(desk, list(desk.accounts))


def watch_of(desk: Desk, name: str) -> Watch:
    """What is known of an account's equity, with all that was observed of it."""
    return caught_up(desk.accounts[name], desk.watches[name], desk.recent)[0]


def _caught_up(desk: Desk, names: Iterable[str]) -> tuple[Desk, list[SessionCurve]]:
    curves: list[SessionCurve] = []
    watches: dict[str, Watch] = {}
    for name in names:
        account, watch = desk.accounts[name], desk.watches[name]
        if name in watches or watch.groups == desk.recent.newest or not account.positions.exposures:
            continue
        watches[name], growth = caught_up(account, watch, desk.recent)
        if growth.counted_days:
            curves.append(SessionCurve(account.id, account.session.number, growth))
    return desk.with_watches_caught_up(watches), curves
