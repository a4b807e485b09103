"""What the log says of each decision: its account, signal and symbol, and what became of its positions."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog

from api.codec.field_names import api_message
from domain.engine.events import JournalEntry, PositionEvent
from domain.engine.results import Decision

_log = structlog.get_logger(__name__)


def log_decision(account: str | None, kind: str, decision: Decision) -> None:
    """Tell of a command that is durable, and of the positions that it changed; a refusal is no error.

    The position that its signal opened stands in the same line, for most lines are of such signals.
    """
    result = decision.result
    changes = [fact for fact in decision.facts if isinstance(fact, JournalEntry)]
    changed = [(entry.account_id, entry.event) for entry in changes if isinstance(entry.event, PositionEvent)]
    about: dict[str, Any] = {"account": account, "kind": kind}
    if (signal := result.signal) is not None:
        about |= {"signal": str(signal.signal_id), "symbol": signal.request.symbol}
        if changed and changed[0][1].position.id == signal.id:
            about |= _became(changed.pop(0)[1])
    if result.refusal is not None:
        _log.info("refused", **about, code=result.refusal.code.value, reason=api_message(result.refusal.message))
    elif result.ingested is not None:
        _log.debug("ingested", **about, applied=result.ingested.applied, fills=result.ingested.fills)
    elif (retraction := result.retraction) is not None:
        about |= {"symbol": retraction.symbol, "since": retraction.since.isoformat()}
        _log.info("retracted", **about, bars=retraction.bars, quotes=retraction.quotes)
    else:
        _log.info("done", **about, facts=len(decision.facts))
    if changed:
        _log_positions(account, decision, changed)


def _log_positions(account: str | None, decision: Decision, changed: Sequence[tuple[UUID, PositionEvent]]) -> None:
    """Tell of positions: those of a command's account, or of whose they are, where it is to the whole desk."""
    names = {} if account else {holder.id: name for name, holder in decision.desk.accounts.changes.items()}
    for account_id, event in changed:
        position = event.position
        whose = {"account": account or names[account_id], "signal": str(position.signal_id)}
        _log.info("position", **whose, symbol=position.symbol, **_became(event))


def _became(event: PositionEvent) -> dict[str, str]:
    return {"position": str(event.position.id), "became": event.kind.value}
