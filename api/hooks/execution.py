"""What an alert asks for is done: beside what is open, by commands that happen once."""

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from operator import attrgetter
from uuid import UUID

from api.application.dispatcher import Submission
from api.application.read_model import Snapshot
from api.application.services import Services
from api.authorization.principal import OPERATOR
from api.choices import ClockKind
from api.codec.command_inputs import identified_command
from api.codec.commands import CommandKind
from api.codec.field_names import api_message
from api.codec.hooks import AlertDelivery, Hook
from api.codec.ids import BadId, alert_id, node_id, signal_key
from api.codec.inputs import BadInput
from api.codec.json_codec import from_json
from api.hooks.alert import Alert, BadAlert
from api.hooks.commands import Content, Held, Planned, content_of, plan
from api.hooks.contradictions import require_consistent
from api.hooks.intent import Intent, intent_of
from api.hooks.order import require_in_order
from api.hooks.outcome import Outcome, outcome_of, outcome_of_flat, refused
from domain.notation import print_time
from domain.refusals import Refused
from domain.validation import Invalid, require_symbol

_NOBODY = UUID(int=0)
_REPEATABLE = frozenset((Intent.CLOSE, Intent.LONG, Intent.SHORT, Intent.REVERSE))
"""What is planned alike when it is done again: a signal that was sent says how. Else the plan is kept before."""


def require_sound(alert: Alert, hook: Hook) -> None:
    """Refuse an alert that can mean nothing to the desk, whatever is open. Raises BadAlert."""
    intent = intent_of(alert)
    require_consistent(alert, intent)
    content = content_of(intent, alert, hook)
    match intent:
        case Intent.FLAT | Intent.CLOSE:
            kind = CommandKind.CLOSE_ALL
        case Intent.PART:
            kind, content = CommandKind.CLOSE_POSITION, {**content, "positionId": node_id("Position", _NOBODY)}
        case Intent.AMEND:
            kind, content = CommandKind.AMEND_SIGNAL, {**content, "signalId": str(_NOBODY)}
        case Intent.LONG | Intent.SHORT | Intent.REVERSE:
            kind = CommandKind.EXECUTE_SIGNAL
    try:
        require_symbol(alert.symbol)
        identified_command(kind, hook.account, _NOBODY, content)
    except (BadInput, BadId, Invalid) as problem:
        raise BadAlert(api_message(str(problem))) from None


class Execution:
    """Does what alerts ask for. Raises Unavailable where that is not known to be done: it may be done again."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def carry_out(self, hook: Hook, delivery: AlertDelivery, *, is_new: bool) -> Outcome:
        """What becomes of an alert that is kept; one that `is_new` cannot have been done before."""
        try:
            require_in_order(delivery, await self._services.hooks.newer_done(hook, delivery))
            planned = await self._planned(hook, delivery, is_new=is_new)
        except Refused as problem:
            return refused(problem.refusal)
        if planned[0].kind is CommandKind.CANCEL_SIGNAL:
            return await self._sent_together(hook, delivery, planned)
        for command in planned[:-1]:
            outcome = await self._sent(hook, delivery, command)
            if outcome.code is not None:
                return outcome
        return await self._sent(hook, delivery, planned[-1])

    async def _planned(self, hook: Hook, delivery: AlertDelivery, *, is_new: bool) -> Sequence[Planned]:
        if delivery.commands is not None:
            return _read_plan(delivery.commands)
        alert, command_id = self._alert(delivery)
        intent = intent_of(alert)
        held = Held() if intent is Intent.CLOSE else await self._held(hook, alert.symbol, command_id, is_new=is_new)
        planned = plan(intent, content_of(intent, alert, hook), alert, command_id, held)
        if intent not in _REPEATABLE:
            await self._services.hooks.will_do(delivery, planned[-1].kind, _written_plan(planned))
        return planned

    def _alert(self, delivery: AlertDelivery) -> tuple[Alert, UUID]:
        """An alert, and its id; one without a time is of when it came, so that it cannot be done at a later price."""
        alert: Alert = from_json(delivery.alert or "", Alert)
        if alert.has_time:
            return alert, alert_id(delivery.hook, delivery.digest, None)
        if self._services.clock is ClockKind.WALL:
            alert = replace(alert, fields={**alert.fields, "timestamp": print_time(delivery.first_at)})
        return alert, alert_id(delivery.hook, delivery.digest, delivery.first_at)

    async def _held(self, hook: Hook, symbol: str, command_id: UUID, *, is_new: bool) -> Held:
        async def question(snapshot: Snapshot) -> Held:
            account = (await snapshot.desk_for(hook.account, symbol)).accounts.get(hook.account)
            sent = None if is_new else await snapshot.signal(signal_key(hook.account, command_id))
            if account is None:
                return Held()
            positions, waiting = account.positions.of_symbol(symbol), account.working.of_symbol(symbol)
            return Held(
                sorted(positions.values(), key=attrgetter("number")),
                sorted(waiting.values(), key=attrgetter("number")),
                None if sent is None else sent.signal,
            )

        return await self._services.reader.ask(OPERATOR, question, in_memory=is_new)

    async def _sent(self, hook: Hook, delivery: AlertDelivery, command: Planned) -> Outcome:
        submission = Submission(
            command.kind,
            hook.account,
            lambda: identified_command(command.kind, hook.account, command.id, command.content),
        )
        payload = await self._services.dispatcher.dispatch(OPERATOR, submission)
        symbol = from_json(delivery.alert or "", Alert).symbol
        return outcome_of(command.kind, symbol, command.id, payload)

    async def _sent_together(self, hook: Hook, delivery: AlertDelivery, planned: Sequence[Planned]) -> Outcome:
        """Send what ends the signals that wait, and what closes what is open."""
        submissions = [
            (command.kind, partial(identified_command, command.kind, hook.account, command.id, command.content))
            for command in planned
        ]
        payloads = await self._services.dispatcher.dispatch_together(OPERATOR, submissions)
        symbol = from_json(delivery.alert or "", Alert).symbol
        return outcome_of_flat(symbol, planned[-1].id, payloads)


def _written_plan(planned: Sequence[Planned]) -> str:
    return json.dumps([[command.kind.value, str(command.id), command.content] for command in planned])


def _read_plan(text: str) -> list[Planned]:
    commands: list[tuple[str, str, Content]] = json.loads(text)
    return [Planned(CommandKind(kind), UUID(command_id), content) for kind, command_id, content in commands]
