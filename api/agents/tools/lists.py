"""What the lists of an account share: positions, trades and signals are chosen and paged alike."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from api.agents.arguments import Account, After, Arguments, First, OneOf, OnlySymbols, Session
from api.agents.desk_access import DeskAccess
from api.agents.results import Result, page, page_of
from domain.orders.side import Side
from domain.portfolio.history_filter import ListOrder

_PAGING = ("account", "order_by", "first", "after")


class ListArguments(Arguments):
    """Which things of an account, and which page of them."""

    account: Account = None
    symbols: OnlySymbols = None
    side: OneOf[Side] | None = None
    campaign_id: Annotated[str | None, Field(description="Only this campaign.")] = None
    session: Session = None
    first: First = 20
    after: After = None


class OrderedArguments(ListArguments):
    """The same, in an order."""

    order_by: Annotated[OneOf[ListOrder], Field(description="BEST and WORST go by realized P&L.")] = ListOrder.NEWEST


def list_of(field: str, items: type[Result], chosen_by: str) -> str:
    """The document that asks for a page of a list in the order of the journal."""
    return f"""query ($account: String!, $filter: {chosen_by}, $first: Int!, $after: String) {{
  {field}(account: $account, filter: $filter, first: $first, after: $after) {page_of(items)}
}}"""


def ordered_list_of(field: str, items: type[Result], chosen_by: str) -> str:
    """The document that asks for a page of a list in an order."""
    variables = f"$account: String!, $filter: {chosen_by}, $orderBy: ListOrder!, $first: Int!, $after: String"
    return f"""query ({variables}) {{
  {field}(account: $account, filter: $filter, orderBy: $orderBy, first: $first, after: $after) {page_of(items)}
}}"""


async def read_list(desk: DeskAccess, document: str, asked: ListArguments) -> Mapping[str, Any]:
    """The page that was asked for. Raises Declined."""
    said, chosen = asked.said(), asked.said(*_PAGING)
    paged = {name: value for name, value in said.items() if name not in chosen and name != "account"}
    answer = await desk.of_account(document, desk.account(asked.account), filter=chosen, **paged)
    return page(next(iter(answer.values())))
