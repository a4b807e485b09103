import { explained } from "../detail/fills.js";
import { dateTime, money, price, quantity, words } from "../kit/format.js";
import { html } from "../kit/html.js";
import { openDetail } from "../kit/place.js";
import { placeOfFill } from "./traded.js";

const MOST = 200;

/** A mark for each fill in view, which explains itself where the pointer or the focus is, and opens the position's story. */
export function FillMarks({ candles, fills }) {
  const { series, view, box } = { series: candles.series, view: candles.view, box: candles.box };
  const inView = fills
    .map((each) => ({ ...each, place: placeOfFill(series, each.fill) }))
    .filter(({ place }) => place >= Math.max(view.from, series.first) && place <= view.to)
    .slice(0, MOST);
  return inView.map(({ id, position, fill, isBuy, place }) => {
    const [left, top] = [candles.left(place), candles.top(Number(fill.price))];
    if (top < box.top || top > box.bottom) return null;
    return html`<button
      key=${id}
      type="button"
      class=${`fill-mark ${isBuy ? "fill-buy" : "fill-sell"}`}
      style=${{ left: `${left}px`, top: `${top}px` }}
      aria-label=${told(position, fill, isBuy)}
      onClick=${() => openDetail("position", position.signalId)}
      data-test="fill-mark"
      data-reason=${fill.reason}
    >
      <span class="fill-tip" style=${besides(left, top, box)} aria-hidden="true">
        <b>${words(fill.reason)}</b> ${dateTime(fill.time)}
        <span>${isBuy ? "bought" : "sold"} ${quantity(fill.quantity)} at ${price(fill.price)}</span>
        <span>before slippage ${price(fill.rawPrice)}; slippage ${money(fill.slippage)}, commission ${money(fill.commission)}</span>
        ${(fill.gap || fill.ambiguous) && html`<span>${fill.gap && html`<i class="badge">gap</i> `}${fill.ambiguous && html`<i class="badge">ambiguous</i>`}</span>`}
        <span class="muted">${explained(fill)}</span>
      </span>
    </button>`;
  });
}

const TIP_WIDTH = 300;
const TIP_HEIGHT = 130;
const MARK = 16;

/** Where a mark's explanation stands: within the chart, below the mark if there is room. */
function besides(left, top, box) {
  const width = Math.min(TIP_WIDTH, box.right - MARK);
  const start = Math.min(Math.max(left - width / 2, MARK / 2), box.right - width);
  const down = top + TIP_HEIGHT < box.bottom ? { top: `${MARK + 2}px` } : { bottom: `${MARK + 2}px` };
  return { width: `${width}px`, left: `${start - left + MARK / 2}px`, ...down };
}

const told = ({ symbol }, fill, isBuy) =>
  `${words(fill.reason)}, ${dateTime(fill.time)}: ${isBuy ? "bought" : "sold"} ${quantity(fill.quantity)} ${symbol} at ${price(fill.price)}; ` +
  `before slippage ${price(fill.rawPrice)}, slippage ${money(fill.slippage)}; ${explained(fill)}`;
