"""A trade through a client made from the schema: prices are `Decimal`, times `datetime`, and a type checker sees them.

    pip install -r requirements.txt  # in an environment without the server
    ariadne-codegen --config ariadne-codegen.toml
    python trade.py http://127.0.0.1:8000/graphql

The desk must know a price of ACME.
"""

import asyncio
import sys
import uuid
from decimal import Decimal

from papertape_client import Client, ExecuteSignalInput, Side

ACCOUNT = "codegen"
SIGNAL = ExecuteSignalInput(
    account=ACCOUNT,
    id=uuid.uuid5(uuid.NAMESPACE_URL, f"{ACCOUNT}/ACME/1"),  # the same signal has the same id, however often it is sent
    symbol="ACME",
    side=Side.LONG,
    stopLoss=Decimal(95),
    target1=Decimal(112),
    riskPercent=Decimal(1),
)


async def main(url: str) -> None:
    async with Client(url) as desk:
        await desk.enable(ACCOUNT)
        answer = (await desk.execute_signal(SIGNAL)).executeSignal
        for error in answer.errors:
            print(error.code.value, error.message)  # noqa: T201
        positions = (await desk.open_positions(ACCOUNT)).positions
        for position in positions.nodes if positions else ():
            amount: Decimal = position.openQuantity * position.entryPrice
            print(position.symbol, position.openQuantity, position.entryPrice, amount)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000/graphql"))
