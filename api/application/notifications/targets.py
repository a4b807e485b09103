"""Whom the desk tells what: targets are added, removed, tested and shown."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import uuid4

from api.application.notifications.messages import TEST, Channels, Message, NotDelivered
from api.authorization.principal import Principal, Scope
from api.choices import NotificationEvent
from api.clock import WallClock
from api.errors import Unavailable
from api.persistence.beside_record import write_beside
from api.persistence.database import Ask, Database
from api.persistence.database_errors import DatabaseFailure
from api.persistence.notification_news import pending
from api.persistence.notification_targets import (
    Progress,
    Target,
    add_target,
    remove_target,
    revive_target,
    stored_target,
    stored_targets,
)
from api.persistence.queries import account_head
from domain.refusals import ErrorCode, Refusal, Refused, invalid, no_account, refuse
from domain.validation import Invalid, is_account_name, require

Answer = TypeVar("Answer")

MOST_TARGETS = 100
_LONGEST_URL = 2_000
_MOST_ACCOUNTS = 100
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://[!-~]+")


@dataclass(frozen=True, slots=True)
class NewTarget:
    """Whom to tell what: of the accounts named, or of all. Raises Invalid."""

    name: str
    url: str
    events: Sequence[NotificationEvent]
    accounts: Sequence[str] | None

    def __post_init__(self) -> None:
        names = self.accounts or ()
        require_name(self.name)
        require(bool(_URL.fullmatch(self.url)), _BAD_URL, "url")
        require(len(self.url) <= _LONGEST_URL, f"`url` must have at most {_LONGEST_URL} characters", "url")
        require(bool(self.events), "`events` must name at least one", "events")
        require(self.accounts is None or bool(names), "`accounts` must name one, or be left out for all", "accounts")
        require(len(names) <= _MOST_ACCOUNTS, f"`accounts` must name at most {_MOST_ACCOUNTS}", "accounts")
        require(all(map(is_account_name, names)), "`accounts` holds what can be no account's name", "accounts")


_BAD_NAME = "`name` must have 1 to 64 letters, digits, dots, hyphens or underscores, and begin with a letter or digit"
_BAD_URL = "`url` must be SCHEME://…, of visible characters of ASCII only; escape others, as %20 for a space"


@dataclass(frozen=True, slots=True)
class TargetState:
    """How a target stands: how many messages it has before it; no more than 10 000 are counted."""

    target: Target
    pending: int


@dataclass(frozen=True, slots=True)
class AddedTarget:
    """A target that was added, and its secret, which is told this once."""

    state: TargetState
    secret: str | None


async def target_states(ask: Ask) -> list[TargetState]:
    """All targets, the oldest first, out of a snapshot."""
    return [TargetState(target, await ask(pending, target)) for target in await ask(stored_targets)]


class Notifications:
    """The targets of a desk. `changed` is called when there are others, or one may be tried again."""

    def __init__(
        self, writing: Database, reading: Database, channels: Channels, wall: WallClock, changed: Callable[[], None]
    ) -> None:
        self._writing = writing
        self._reading = reading
        self._channels = channels
        self._wall = wall
        self._changed = changed

    async def add(self, principal: Principal, wanted: Callable[[], NewTarget]) -> AddedTarget | Refusal:
        """Tell a target of what happens from now on. `wanted` may raise Invalid. Raises Forbidden and Unavailable."""
        principal.require(Scope.COMMAND)
        return await _answered(self._add(wanted))

    async def _add(self, given: Callable[[], NewTarget]) -> AddedTarget:
        wanted = given()
        await self._require_accounts(wanted.accounts or ())
        address = await self._channels.address(wanted.url)
        target = Target(
            name=wanted.name,
            url=wanted.url,
            secret=address.secret,
            shown=address.shown,
            events=frozenset(wanted.events),
            accounts=None if wanted.accounts is None else tuple(dict.fromkeys(wanted.accounts)),
            created_at=self._wall(),
            clock=None,
            progress=Progress(0, 0),
        )
        added = await self._write(add_target, target, MOST_TARGETS)
        self._changed()
        return AddedTarget(TargetState(added, 0), address.secret)

    async def _require_accounts(self, names: Sequence[str]) -> None:
        async with self._reading.snapshot() as snapshot:
            for name in names:
                if await snapshot.ask(account_head, name) is None:
                    raise refuse(ErrorCode.ACCOUNT_NOT_FOUND, no_account(name), field="accounts")

    async def remove(self, principal: Principal, name: str) -> Target | Refusal:
        """Tell a target nothing any more; the one that there was. Raises Forbidden and Unavailable."""
        principal.require(Scope.COMMAND)
        return await _answered(self._remove(name))

    async def _remove(self, name: str) -> Target:
        require_name(name)
        removed = await self._write(remove_target, name)
        self._changed()
        return _known(removed, name)

    async def test(self, principal: Principal, name: str) -> tuple[TargetState, str | None] | Refusal:
        """Send a target a message at once, beside those that wait; how it stands, and why the message did not arrive.

        If it arrives, what waits is sent at once too. Raises Forbidden and Unavailable.
        """
        principal.require(Scope.COMMAND)
        return await _answered(self._test(name))

    async def _test(self, name: str) -> tuple[TargetState, str | None]:
        require_name(name)
        target = (await self._state(name)).target
        try:
            async with self._channels.channel(target.url, target.secret) as channel:
                await channel.send(self._test_message(target))
        except NotDelivered as problem:
            return await self._state(name), str(problem)
        await self._write(revive_target, target)
        self._changed()
        return await self._state(name), None

    def _test_message(self, target: Target) -> Message:
        now = self._wall()
        text = f"This is a test of the notification {target.name}: what happens on the desk will arrive here."
        return Message(f"test_{uuid4().hex}", TEST, now, now, "Papertape: a test", text, {"notification": target.name})

    async def _state(self, name: str) -> TargetState:
        async with self._reading.snapshot() as snapshot:
            target = _known(await snapshot.ask(stored_target, name), name)
            return TargetState(target, await snapshot.ask(pending, target))

    async def _write(self, question: Callable[..., Answer], *details: object) -> Answer:
        try:
            return await self._writing.write(write_beside, question, *details)
        except DatabaseFailure as problem:
            raise Unavailable("the desk cannot write at the moment: try again") from problem


def require_name(name: str) -> None:
    """Refuse what can be no target's name. Raises Invalid."""
    require(is_account_name(name), _BAD_NAME, "name")


async def _answered(work: Awaitable[Answer]) -> Answer | Refusal:
    """What came of some work, or why it was refused."""
    try:
        return await work
    except Invalid as problem:
        return invalid(problem)
    except Refused as problem:
        return problem.refusal


def _known(target: Target | None, name: str) -> Target:
    if target is None:
        raise Invalid(f"there is no notification {name!r}", "name")
    return target
