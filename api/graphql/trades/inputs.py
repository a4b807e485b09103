"""What clients send of trades."""

from datetime import datetime

import strawberry

from api.graphql.input_fields import optional
from api.graphql.trades.enums import ExitReason
from domain.portfolio.fill import FillReason
from domain.portfolio.history_filter import HistoryFilter


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

    def history_filter(self) -> HistoryFilter:
        """Which trades the filter takes."""
        reasons = self.exit_reasons
        return HistoryFilter(
            session=self.session,
            symbols=self.symbols,
            campaign_id=self.campaign_id,
            exit_reasons=None if reasons is None else frozenset(FillReason(reason.value) for reason in reasons),
            exited_from=self.from_,
            exited_to=self.to,
        )
