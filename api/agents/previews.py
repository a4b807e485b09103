"""What was previewed: the only signals that an agent may have executed, for a short time, once each."""

import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

from api.agents.declined import Declined, DeclinedCode

VALID_SECONDS = 120
SENT_SECONDS = 600
MOST_PREVIEWS = 1_000


@dataclass(slots=True)
class Preview:
    """A signal as it was previewed: its input, what the desk would have done, and how often it may have been sent."""

    signal: Mapping[str, Any]
    assessment: Mapping[str, Any]
    until: float
    sendings: int = 0


class Previews:
    """Previews by their ids, which are the ids of the signals that they become: so each happens once (R5).

    A new one drives out the oldest, beyond 1 000. One that was sent may be sent again, the same, for ten minutes more:
    the desk then gives the first answer, or does it now if the first never reached it.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._previews: OrderedDict[str, Preview] = OrderedDict()

    def add(self, signal: Mapping[str, Any], assessment: Mapping[str, Any]) -> str:
        """Keep a preview; its id."""
        preview_id = str(uuid.uuid4())
        signal = {**signal, "id": preview_id}
        self._previews[preview_id] = Preview(signal, assessment, self._clock() + VALID_SECONDS)
        if len(self._previews) > MOST_PREVIEWS:
            self._previews.popitem(last=False)
        return preview_id

    def find(self, preview_id: str) -> Preview:
        """The preview to execute. Raises Declined where there is none, or none that is valid still."""
        preview = self._previews.get(preview_id)
        if preview is None:
            raise Declined(
                DeclinedCode.NOT_PREVIEWED,
                "no preview of this id is known here: call preview with the signal, and execute with the previewId "
                f"that it answers, within {VALID_SECONDS} seconds",
            )
        if self._clock() > preview.until + (SENT_SECONDS if preview.sendings else 0):
            known = "it was sent: signals tells what became of it" if preview.sendings else "nothing was done"
            raise Declined(
                DeclinedCode.PREVIEW_EXPIRED,
                f"this preview is older than {VALID_SECONDS} seconds, and {known}. Call preview again, "
                "look at what it answers now, and execute that",
            )
        return preview
