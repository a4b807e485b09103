"""Alerts from their arrival to what became of them: kept before anything is done, done once, whatever breaks between.

An alert that was understood is kept as pending and answered when it is done, or before that if the desk takes long; it
is done all the same, by this process, or by the next that finds it forgotten. Its id follows from its body, so that to
do it again does nothing new.
"""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from api.application.metrics import Metrics
from api.application.services import Services
from api.codec.hooks import AlertDelivery, DeliveryStatus, Hook
from api.codec.json_codec import to_json
from api.errors import PapertapeError, Unavailable
from api.hooks.alert import Alert, BadAlert
from api.hooks.execution import Execution, require_sound
from api.hooks.intent import intent_of
from api.hooks.outcome import Outcome
from api.hooks.template import Template
from domain.refusals import ErrorCode

_log = structlog.get_logger(__name__)

ANSWER_SECONDS = 2.5
"""How long whoever sent an alert is kept waiting: TradingView gives up after 3 s."""
_LOOK_SECONDS = 5.0
_TURN_SECONDS = 0.1
_EXCERPT = 500
_LATER = Outcome(DeliveryStatus.PENDING, "the alert is kept, and done as soon as the desk can")
_FAULT = Outcome(DeliveryStatus.INVALID, "the server is at fault, and its log says why", "INTERNAL")
_OF_ANOTHER = Outcome(DeliveryStatus.INVALID, "the hook was made anew before the alert could be done", "INVALID_INPUT")


@dataclass(slots=True)
class _Progress:
    """How far an alert has come."""

    is_kept: bool = False


class Deliveries:
    """Takes alerts for hooks."""

    def __init__(
        self,
        services: Services,
        templates: Mapping[str, Template],
        execution: Execution,
        metrics: Metrics,
        *,
        is_alone: bool,
    ) -> None:
        self._hooks = services.hooks
        self._wall = services.wall
        self._templates = templates
        self._execution = execution
        self._metrics = metrics
        self._is_alone = is_alone
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._seen_to: dict[tuple[str, int], Outcome] = {}
        self._left: set[tuple[str, int]] = set()
        self._tasks: set[asyncio.Task[Outcome]] = set()
        self._looking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look for alerts that nobody sees to, such as those of a server that was killed."""
        self._looking = asyncio.create_task(self._look(), name="pending alerts")

    async def close(self) -> None:
        """Leave what is pending to whoever looks next."""
        tasks = [*self._tasks, *([] if self._looking is None else [self._looking])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def take(self, hook: Hook, body: bytes) -> Outcome:
        """What becomes of an alert, or that it is kept. Raises Unavailable where it is neither: it is to be resent."""
        progress = _Progress()
        task = asyncio.create_task(self._taken(hook, body, progress))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        done, _ = await asyncio.wait({task}, timeout=ANSWER_SECONDS)
        if done:
            outcome = task.result()
        elif progress.is_kept:
            outcome = _LATER
        else:
            task.add_done_callback(_log_end)
            raise Unavailable("the desk is busy: send the alert again")
        self.count(hook.name, outcome.status.value)
        return outcome

    def count(self, hook: str, outcome: str) -> None:
        """Count an alert by what became of it; one that came to no hook has none."""
        self._metrics.hook_deliveries.labels(hook, outcome.lower()).inc()

    async def _taken(self, hook: Hook, body: bytes, progress: _Progress) -> Outcome:
        now = self._wall()
        try:
            alert = self._read(hook, body)
        except BadAlert as problem:
            outcome = Outcome(DeliveryStatus.INVALID, str(problem), ErrorCode.INVALID_INPUT.value)
            await self._hooks.receive(_delivery(hook, body, now, outcome), has_time=False)
            return outcome
        received = replace(
            _delivery(hook, body, now, _LATER),
            alert=to_json(alert),
            symbol=alert.symbol,
            alerted_at=alert.time,
            intent=intent_of(alert).name,
        )
        delivery, is_new = await self._hooks.receive(received, has_time=alert.has_time)
        progress.is_kept = True
        return await self._done(hook, delivery, is_new=is_new)

    def _read(self, hook: Hook, body: bytes) -> Alert:
        try:
            text = body.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise BadAlert("an alert is text in UTF-8") from None
        if "\0" in text:
            raise BadAlert("the alert has control characters in it")
        template = self._templates.get(hook.template)
        if template is None:
            raise BadAlert(f"the template {hook.template} of the hook is not installed here")
        alert = template.read(text, hook.defaults)
        require_sound(alert, hook)
        return alert

    async def _done(self, hook: Hook, delivery: AlertDelivery, *, is_new: bool) -> Outcome:
        """Do it, after those of the same hook that came before; what cannot be done now stays pending."""
        place = _place(delivery)
        self._seen_to[place] = _LATER
        try:
            async with self._turns[hook.name]:
                await self._do_in_turn(hook, delivery, is_new=is_new)
        except Unavailable:
            self._left.add(place)
        return self._seen_to.pop(place)

    async def _do_in_turn(self, hook: Hook, delivery: AlertDelivery, *, is_new: bool) -> None:
        """Do first what is pending still of what came before, and wait for what another process is at.

        Raises Unavailable.
        """
        while pending := await self._hooks.pending_until(delivery):
            first = pending[0]
            is_own = first.number == delivery.number
            if is_own or self._is_ours(first):
                await self._carry_out(hook, first, is_new=is_own and is_new)
            else:
                await asyncio.sleep(_TURN_SECONDS)

    def _is_ours(self, delivery: AlertDelivery) -> bool:
        """Whether no other process is at an alert: this one left it or will come to it, or it is forgotten."""
        place = _place(delivery)
        is_forgotten = delivery.lease_until is None or delivery.lease_until <= self._wall()
        return is_forgotten or place in self._left or place in self._seen_to

    async def _carry_out(self, hook: Hook, delivery: AlertDelivery, *, is_new: bool) -> None:
        """Raises Unavailable, and leaves it pending."""
        place = _place(delivery)
        try:
            if hook.created_at > delivery.received_at:
                outcome = _OF_ANOTHER
            else:
                outcome = await self._execution.carry_out(hook, delivery, is_new=is_new)
        except Unavailable:
            self._left.add(place)
            raise
        except Exception as fault:  # noqa: BLE001 - the edge: an alert must not be tried for ever
            _log.error("an alert could not be done", hook=hook.name, number=delivery.number, exc_info=fault)
            outcome = _FAULT
        await self._hooks.has_become(_become(delivery, outcome))
        self._left.discard(place)
        if place in self._seen_to:
            self._seen_to[place] = outcome

    async def _look(self) -> None:
        is_alone = self._is_alone
        while True:
            try:
                await self._take_up(await self._hooks.take_up(is_alone=is_alone))
                is_alone = False
            except PapertapeError as problem:
                _log.warning("pending alerts cannot be looked at", reason=str(problem))
            except Exception as fault:  # noqa: BLE001 - the edge: what is pending is looked at again
                _log.error("pending alerts could not be looked at", exc_info=fault)
            await asyncio.sleep(_LOOK_SECONDS)

    async def _take_up(self, forgotten: Sequence[AlertDelivery]) -> None:
        """Do what was forgotten, hook by hook in its order; where one must wait, those after it do."""
        self._left.update(map(_place, forgotten))
        waiting: set[str] = set()
        for delivery in forgotten:
            if delivery.hook in waiting or _place(delivery) in self._seen_to:
                continue
            hook = await self._hooks.named(delivery.hook)
            if hook is None:
                await self._hooks.has_become(_become(delivery, _OF_ANOTHER))
                continue
            outcome = await self._done(hook, delivery, is_new=False)
            if outcome is _LATER:
                waiting.add(hook.name)
                continue
            self.count(hook.name, outcome.status.value)
            _log.info("a pending alert", hook=hook.name, number=delivery.number, became=outcome.status.value)


def _place(delivery: AlertDelivery) -> tuple[str, int]:
    return delivery.hook, delivery.number


def _delivery(hook: Hook, body: bytes, now: datetime, outcome: Outcome) -> AlertDelivery:
    digest = hashlib.sha256(body).hexdigest()
    return _become(AlertDelivery(hook.name, 0, now, digest, now, excerpt(body), outcome.status), outcome)


def _become(delivery: AlertDelivery, outcome: Outcome) -> AlertDelivery:
    return replace(
        delivery,
        status=outcome.status,
        code=outcome.code,
        message=outcome.message,
        kind=outcome.kind,
        signal_id=outcome.signal_id,
    )


def excerpt(body: bytes) -> str:
    """The beginning of a body, on one line: what a terminal or a page would act on is shown as escapes."""
    text = body[: 4 * _EXCERPT].decode(errors="replace")[:_EXCERPT]
    shown = "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)
    return shown[:_EXCERPT] + ("…" if len(shown) > _EXCERPT or len(body) > _EXCERPT else "")


def _log_end(task: "asyncio.Task[Outcome]") -> None:
    if not task.cancelled() and (problem := task.exception()) is not None:
        _log.warning("an alert was not kept", reason=str(problem))
