"""What the log says of each decision: its account, signal and symbol, and what became of its positions."""

import structlog

from api.codec.field_names import api_message
from domain.engine.events import JournalEntry, PositionEvent
from domain.engine.results import Decision

_log = structlog.get_logger(__name__)


def log_decision(account: str | None, kind: str, decision: Decision) -> None:
    """Tell of a command that is durable; a refusal is no error."""
    result = decision.result
    log = _log.bind(account=account, kind=kind)
    if result.signal is not None:
        log = log.bind(signal=str(result.signal.signal_id), symbol=result.signal.request.symbol)
    if result.refusal is not None:
        log.info("refused", code=result.refusal.code.value, reason=api_message(result.refusal.message))
    elif result.ingested is not None:
        log.debug("ingested", applied=result.ingested.applied, fills=result.ingested.fills)
    elif result.retraction is not None:
        retraction = result.retraction
        log = log.bind(symbol=retraction.symbol, since=retraction.since.isoformat())
        log.info("retracted", bars=retraction.bars, quotes=retraction.quotes)
    else:
        log.info("done", facts=len(decision.facts))
    _log_positions(account, decision)


def _log_positions(account: str | None, decision: Decision) -> None:
    """Tell of positions: those of a command's account, or of whose they are, where it is to the whole desk."""
    changed = {} if account else {changed.id: name for name, changed in decision.desk.accounts.changes.items()}
    for fact in decision.facts:
        if isinstance(fact, JournalEntry) and isinstance(fact.event, PositionEvent):
            position = fact.event.position
            name = account or changed[fact.account_id]
            log = _log.bind(account=name, signal=str(position.signal_id), position=str(position.id))
            log.info("position", became=fact.event.kind.value, symbol=position.symbol)
