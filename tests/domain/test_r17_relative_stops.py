"""R17 by a law: riskPercent takes the largest quantity that fits, also where the stop follows from the fill."""

from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from domain.instruments import AssetClass
from domain.money import ZERO, percent_of
from domain.orders.costs import Liquidity, PercentSlippage, PerShareSlippage, Slippage, VolumeShareSlippage
from domain.orders.request import EntryType, Request
from domain.orders.side import Side
from domain.orders.trailing_stop import TrailingStop
from domain.portfolio.settings import Settings
from domain.risk.sizing import PricedOrder
from tests.builders import D, TheDesk, a_bar, a_signal
from tests.strategies import decimals

MOST = 1_000

slippages: st.SearchStrategy[Slippage] = st.one_of(
    st.builds(VolumeShareSlippage, decimals("0.001", "1", 3), decimals("0", "0.5", 3)),
    st.builds(PercentSlippage, decimals("0", "50", 2)),
    st.builds(PerShareSlippage, decimals("0", "2", 4)),
)
stops = st.one_of(
    decimals("0.001", "90", 3).map(lambda percent: {"stop_percent": percent}),
    decimals("0.00000001", "5", 8).map(lambda distance: {"stop_distance": distance}),
    decimals("0.001", "90", 3).map(lambda percent: {"trailing_stop": TrailingStop(percent=percent)}),
    st.just({"stop_loss": D("5")}),
)


@st.composite
def orders(draw: st.DrawFn) -> PricedOrder:
    side = draw(st.sampled_from(Side))
    price = draw(st.one_of(decimals("5.00000001", "1000", 8), decimals("0.00000010", "0.00009999", 8)))
    stop = draw(stops)
    if "stop_loss" in stop and side is Side.SHORT:
        stop = {"stop_loss": price + 1}
    request = Request(
        symbol="AAPL",
        side=side,
        entry=draw(st.sampled_from([EntryType.MARKET, EntryType.NEXT_OPEN])),
        risk_percent=draw(decimals("0.0001", "100", 4)),
        **stop,
    )
    volume = draw(st.one_of(st.none(), st.integers(0, MOST).map(Decimal)))
    pricing, liquidity = Settings(slippage=draw(slippages)).pricing, Liquidity(AssetClass.STOCK, volume)
    return PricedOrder(pricing, request, side, price, liquidity)


def order_of(slippage: Slippage, percent: str, price: str, volume: str) -> PricedOrder:
    """A sale with a stop so many percent above its fill, which risks all of the equity."""
    request = Request(symbol="AAPL", side=Side.SHORT, stop_percent=D(percent), risk_percent=D(100))
    pricing, liquidity = Settings(slippage=slippage).pricing, Liquidity(AssetClass.STOCK, D(volume))
    return PricedOrder(pricing, request, Side.SHORT, D(price), liquidity)


@example(order_of(VolumeShareSlippage(D(1), D("0.5")), "1", "100", "1000"), 1_001)
@example(order_of(VolumeShareSlippage(D(1), D("0.333")), "1", "100", "1000"), 999)
@example(order_of(VolumeShareSlippage(D("0.9"), D("0.411")), "1", "0.0004", "1000"), 700)
@given(orders(), st.integers(1, MOST))
def test_r17_no_quantity_that_fits_is_larger_than_the_one_it_takes(order: PricedOrder, fair: int) -> None:
    """The equity is such that about `fair` units fit: all quantities up to several times that are tried."""
    risk_percent = order.request.risk_percent
    assert risk_percent is not None
    worth = order.risk(D(fair)) * 100 / risk_percent
    budget = percent_of(risk_percent, worth)
    largest = order.largest_quantity(worth)
    if largest > 4 * MOST:
        assert order.risk(largest) <= budget
        return
    fitting = [quantity for quantity in range(1, 4 * MOST) if order.risk(D(quantity)) <= budget]
    assert largest == max(fitting, default=ZERO)


def test_r17_a_larger_sale_with_a_stop_in_percent_risks_less_by_the_unit() -> None:
    """1 % of 100 000 is 1 000. At 100 a share risks 50, and 20 would fit; at the 90 to which so large a sale falls it
    risks 45, and 22 do."""
    desk = TheDesk(slippage=VolumeShareSlippage(D("1"), D("0.1")))
    desk.bars(a_bar("09:00", volume="10"))
    desk.send(a_signal(side=Side.SHORT, stop_percent="50", target="80", risk="1"))
    assert (desk.entry(), desk.stop()) == ("ENTRY 22 @ 90", "135")
