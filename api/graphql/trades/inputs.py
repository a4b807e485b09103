"""What clients send of trades."""

from datetime import datetime

import strawberry

from api.graphql.enums import PositionStatus, Side
from api.graphql.input_fields import optional
from api.graphql.trades.enums import ExitReason
from domain.portfolio.fill import FillReason
from domain.portfolio.history_filter import HistoryFilter
from domain.portfolio.position import STATUS_AFTER


@strawberry.input(description="Which trades to list.")
class TradeFilter:
    """Trades that meet all of these."""

    symbols: list[str] | None = optional("Only these symbols.", None)
    session: int | None = optional("The session; default: the current one.", None)
    exit_reasons: list[ExitReason] | None = optional("Only those whose last exit had one of these reasons.", None)
    campaign_id: str | None = optional("Only this campaign.", None)
    from_: datetime | None = strawberry.field(
        name="from", description="Only those that exited at or after this time.", default=None
    )
    to: datetime | None = optional("Only those that exited before this time.", None)
    status: PositionStatus | None = optional("Only those whose position ended with this status.", None)
    side: Side | None = optional("Only this side.", None)

    def history_filter(self) -> HistoryFilter:
        """Which trades the filter takes."""
        return HistoryFilter(
            session=self.session,
            symbols=self.symbols,
            campaign_id=self.campaign_id,
            exit_reasons=self._exit_reasons(),
            side=self.side,
            since=self.from_,
            until=self.to,
        )

    def _exit_reasons(self) -> frozenset[FillReason] | None:
        """The reasons of last exits that are meant, by their names and by the status that they leave."""
        if self.exit_reasons is None and self.status is None:
            return None
        wanted = set(STATUS_AFTER)
        if self.exit_reasons is not None:
            wanted &= {FillReason(reason.value) for reason in self.exit_reasons}
        if self.status is not None:
            wanted &= {reason for reason, status in STATUS_AFTER.items() if status is self.status}
        return frozenset(wanted)
