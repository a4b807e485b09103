"""Hooks: doors for alerts. They are made and revoked here, and what comes to them is kept, beside the record."""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Protocol, TypeVar

from api.application.read_model import Reader
from api.authorization.principal import OPERATOR, Principal, Scope
from api.clock import WallClock
from api.codec.commands import CommandKind
from api.codec.hooks import AlertDelivery, DeliveryStatus, Hook, HookDefaults
from api.errors import Unavailable
from api.persistence import hooks as stored
from api.persistence.beside_record import write_beside
from api.persistence.database import Database
from api.persistence.database_errors import DatabaseFailure
from domain.refusals import ErrorCode, Refusal, no_account
from domain.validation import Invalid, is_account_name, require

Answer = TypeVar("Answer")

_SECRET_BYTES = 24
_KNOWN_SECONDS = 1.0
_SAME_WITHOUT_TIME = timedelta(seconds=60)
_LEASE = timedelta(seconds=10)
_NO_HASH = "0" * 64


@dataclass(frozen=True, slots=True)
class AlertText:
    """A text to put into an alert: what it is for, and whether it is sent as JSON."""

    title: str
    text: str
    is_json: bool


class HookTemplate(Protocol):
    """How the alerts of a hook are read, as far as those need to know who make hooks."""

    def texts(self, defaults: HookDefaults) -> Sequence[AlertText]:
        """Texts to put into alerts."""
        ...

    def warnings(self, defaults: HookDefaults) -> Sequence[str]:
        """What to know of such a hook before it is used."""
        ...

    def require_fields(self, defaults: HookDefaults) -> None:
        """Refuse fields that the template does not know. Raises Invalid."""
        ...


@dataclass(frozen=True, slots=True)
class NewHook:
    """A hook that is wanted."""

    name: str
    account: str
    template: str
    defaults: HookDefaults


@dataclass(frozen=True, slots=True)
class CreatedHook:
    """A hook that was just made, with its secret, which is not kept."""

    hook: Hook
    secret: str

    @property
    def path(self) -> str:
        """Where on the server its alerts are posted to."""
        return f"/hooks/{self.hook.name}/{self.secret}"


class Hooks:
    """The hooks of a desk. What is asked of it raises Unavailable, and Forbidden for those who may not.

    Another process knows of a hook that is made or revoked here within a second.
    """

    def __init__(
        self, database: Database, reader: Reader, templates: Mapping[str, HookTemplate], wall: WallClock
    ) -> None:
        self._database = database
        self._reader = reader
        self._wall = wall
        self._known: dict[str, Hook] = {}
        self._known_until = 0.0
        self.templates = templates

    async def create(self, principal: Principal, wanted: NewHook) -> CreatedHook | Refusal:
        """Make a hook. The name of a revoked one may be used again: it goes on with its deliveries."""
        principal.require(Scope.COMMAND)
        self._require_sound(wanted)
        if await self._reader.account(principal, wanted.account) is None:
            return Refusal(ErrorCode.ACCOUNT_NOT_FOUND, no_account(wanted.account), "account")
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        hook = Hook(
            wanted.name, wanted.account, wanted.template, wanted.defaults, _hash(secret), created_at=self._wall()
        )
        if not await self._write(stored.create_hook, hook):
            raise Invalid(f"there is a hook {wanted.name} already: revoke it, or take another name", "name")
        self._known_until = 0.0
        return CreatedHook(hook, secret)

    def _require_sound(self, wanted: NewHook) -> None:
        is_name = is_account_name(wanted.name)
        require(is_name, "`name` is 1 to 64 letters, digits, dots, hyphens and underscores", "name")
        template = self.templates.get(wanted.template)
        if template is None:
            known = ", ".join(sorted(self.templates))
            raise Invalid(f"there is no template {ascii(wanted.template)[:60]}; there are {known}", "template")
        template.require_fields(wanted.defaults)

    async def revoke(self, principal: Principal, name: str) -> Hook | None:
        """Take a hook's secret away; None if there is no such hook, or it was revoked already."""
        principal.require(Scope.COMMAND)
        hook = (await self._all()).get(name) if is_account_name(name) else None
        now = self._wall()
        if hook is None or not await self._write(stored.revoke_hook, name, now):
            return None
        self._known_until = 0.0
        return replace(hook, revoked_at=now)

    async def opened_by(self, name: str, secret: str) -> Hook | None:
        """The hook of a name and its secret; no less work where there is none, it was revoked, or the secret is wrong.

        It does not ask the database more often than once a second, whoever guesses.
        """
        if monotonic() >= self._known_until:
            self._known = await self._all()
            self._known_until = monotonic() + _KNOWN_SECONDS
        hook = self._known.get(name)
        is_right = hmac.compare_digest(_hash(secret), _NO_HASH if hook is None else hook.secret_hash)
        return hook if is_right and hook is not None and hook.revoked_at is None else None

    async def named(self, name: str) -> Hook | None:
        """A hook by its name, revoked or not."""
        return (await self._all()).get(name)

    async def _all(self) -> dict[str, Hook]:
        return {hook.name: hook for hook in await self._reader.ask(OPERATOR, lambda snapshot: snapshot.hooks())}

    async def receive(self, delivery: AlertDelivery, *, has_time: bool) -> tuple[AlertDelivery, bool]:
        """Keep an alert that came, to be done by this process; or one that means nothing, with what was wrong.

        As it is kept, and whether it is new: its body is the same alert as before if it has a time, else within a
        minute of the first.
        """
        since = None if has_time else delivery.received_at - _SAME_WITHOUT_TIME
        is_pending = delivery.status is DeliveryStatus.PENDING
        lease = delivery.received_at + _LEASE if is_pending else None
        return await self._write(stored.receive, replace(delivery, lease_until=lease), since)

    async def will_do(self, delivery: AlertDelivery, kind: CommandKind, commands: str) -> None:
        """Keep what is to be done for an alert, so that it is the same if it must be done again."""
        await self._write(stored.will_do, delivery, kind, commands)

    async def has_become(self, delivery: AlertDelivery) -> None:
        """Keep what became of an alert."""
        await self._write(stored.has_become, delivery)

    async def pending_until(self, delivery: AlertDelivery) -> Sequence[AlertDelivery]:
        """What came to the hook of an alert and is not done yet, in that order, up to the alert itself."""
        return await self._reader.ask(OPERATOR, lambda snapshot: snapshot.pending_until(delivery))

    async def newer_done(self, hook: Hook, delivery: AlertDelivery) -> Mapping[str, datetime]:
        """Alerts to a hook about the same symbol that were done before one came, though they are newer by their time.

        By what they mean the newest; none where the alert itself was done before, or has no time.
        """
        if delivery.alerted_at is None:
            return {}
        return await self._reader.ask(OPERATOR, lambda snapshot: snapshot.newer_done(delivery, hook.created_at))

    async def take_up(self, *, is_alone: bool) -> Sequence[AlertDelivery]:
        """Alerts that nobody sees to any more: for this process to do, the oldest first."""
        if not await self._reader.ask(OPERATOR, lambda snapshot: snapshot.has_pending_alerts()):
            return []
        return await self._write(stored.take_up, self._wall(), _LEASE, is_alone=is_alone)

    async def _write(self, question: Callable[..., Answer], *details: Any, **options: Any) -> Answer:
        try:
            return await self._database.write(write_beside, question, *details, **options)
        except DatabaseFailure as problem:
            raise Unavailable("the database did not take it: send it again") from problem


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
