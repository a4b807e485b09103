import { useAnswer } from "../desk/answer.js";
import { html, useId } from "../kit/html.js";
import { price } from "../kit/format.js";
import { Chosen, Figure, Instant, Radios, Words } from "../orders/controls.js";
import { isPriced, waits } from "../orders/form.js";
import { LevelFields, MoreFields, Note } from "../orders/level-fields.js";

const QUOTES = "query Quotes { quotes { symbol price } }";
const SIDES = [
  ["LONG", "Buy, long"],
  ["SHORT", "Sell, short"],
];
const LASTING = [
  ["GTC", "until cancelled"],
  ["GTD", "until a time"],
];
const AT_ONCE = ["IOC", "at once or not at all"];

/** What an order says, from its symbol to its note. A reversal's symbol, side and entry are given. */
export function EntryFields({ order, isReversal }) {
  const { form } = order;
  const symbols = useId();
  const { data } = useAnswer(QUOTES, {});
  const quotes = data?.quotes ?? [];
  const last = quotes.find(({ symbol }) => symbol === form.symbol)?.price;
  return html`
    <datalist id=${symbols}>${quotes.map(({ symbol }) => html`<option key=${symbol} value=${symbol}></option>`)}</datalist>
    ${!isReversal &&
    html`
      <${Radios} legend="Side" name="side" options=${SIDES} order=${order} />
      <div class="order-fields">
        <${Words} label="Symbol" name="symbol" order=${order} list=${symbols} longest=${32} hint=${last ? `last ${price(last)}` : ""} focus capitals />
        <${Chosen} label="Kind" name="assetClass" order=${order} />
        <${Chosen} label="Entry" name="entry" order=${order} />
        ${isPriced(form) && html`<${Figure} label="Entry price" name="entryPrice" order=${order} />`}
        ${waits(form) && html`<${Lasting} order=${order} />`}
      </div>
    `}
    <div class="order-fields">
      <${Figure} label="Size" name="size" by="sizeBy" order=${order} focus=${isReversal} />
      <${LevelFields} order=${order} />
      ${!waits(form) &&
      html`<${Figure} label="Price now" name="marketPrice" order=${order} placeholder=${last} hint="counts unless the desk has a later one" />`}
    </div>
    <${MoreFields} order=${order} />
    <${Note} order=${order} />
  `;
}

function Lasting({ order }) {
  const { form } = order;
  const options = form.entry === "LIMIT" ? [...LASTING, AT_ONCE] : LASTING;
  return html`
    <${Chosen} label="Good" name="timeInForce" order=${order} options=${options} />
    ${form.timeInForce === "GTD" && html`<${Instant} label="Good until" name="goodUntil" order=${order} />`}
  `;
}
