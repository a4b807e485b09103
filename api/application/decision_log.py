"""What the log says of each decision: its account, signal and symbol, and what became of its positions."""

import structlog

from api.codec.field_names import api_message
from domain.engine.events import JournalEntry, PositionEvent
from domain.engine.results import Decision

_log = structlog.get_logger(__name__)


def log_outcome(account: str | None, kind: str, outcome: Decision) -> None:
    """Tell of a command that is durable; a refusal is no error."""
    answer = outcome.answer
    log = _log.bind(account=account, kind=kind)
    if answer.signal is not None:
        log = log.bind(signal=str(answer.signal.signal_id), symbol=answer.signal.request.symbol)
    if answer.refusal is not None:
        log.info("refused", code=answer.refusal.code.value, reason=api_message(answer.refusal.message))
    elif answer.ingested is not None:
        log.debug("ingested", applied=answer.ingested.applied, fills=answer.ingested.fills)
    elif answer.retraction is not None:
        retraction = answer.retraction
        log = log.bind(symbol=retraction.symbol, since=retraction.since.isoformat())
        log.info("retracted", bars=retraction.bars, quotes=retraction.quotes)
    else:
        log.info("done", facts=len(outcome.facts))
    _log_positions(outcome)


def _log_positions(outcome: Decision) -> None:
    names = {account.id: name for name, account in outcome.desk.accounts.changes.items()}
    for fact in outcome.facts:
        if isinstance(fact, JournalEntry) and isinstance(fact.event, PositionEvent):
            position = fact.event.position
            log = _log.bind(account=names[fact.account_id], signal=str(position.signal_id), position=str(position.id))
            log.info("position", became=fact.event.kind.value, symbol=position.symbol)
