import { exitName } from "../desk/exits.js";
import { priceOf } from "../desk/prices.js";
import { dateTime, money, price, quantity, words } from "../kit/format.js";
import { html } from "../kit/html.js";
import { Table } from "../kit/table.js";

const RULES = {
  ENTRY: "entered as the signal asked (R15)",
  STOP_LOSS: "the price reached the stop (R22)",
  TARGET_1: "the price reached target 1, where a part leaves (R22, R25)",
  TARGET_2: "the price reached target 2 (R22)",
  MANUAL: "closed by hand at the last price (R27)",
  EXPIRED: "its time was up (R27)",
};

/** Why a fill happened at its price, by the rules that decided it. */
export function explained({ reason, gap, ambiguous }) {
  return [
    RULES[reason],
    gap && "the bar opened at or beyond the level, so at its open (R21)",
    ambiguous && "the bar leaves open what came first: the account's intrabar policy decided (R23)",
  ]
    .filter(Boolean)
    .join("; ");
}

const columns = (symbol, named) => [
  { key: "reason", label: "Fill", head: true, cell: named },
  { key: "time", label: "Time", cell: (each) => dateTime(each.time) },
  { key: "quantity", label: "Quantity", align: "number", cell: (each) => quantity(each.quantity) },
  { key: "price", label: "Price", align: "number", cell: (each) => html`<span title=${price(each.price)}>${priceOf(each.price, symbol)}</span>` },
  { key: "raw", label: "Raw price", align: "number", cell: (each) => html`<span title=${price(each.rawPrice)}>${priceOf(each.rawPrice, symbol)}</span>` },
  { key: "slippage", label: "Slippage", align: "number", cell: (each) => money(each.slippage) },
  { key: "commission", label: "Commission", align: "number", cell: (each) => money(each.commission) },
  { key: "why", label: "Why there", cell: (each) => html`<span class="why"><${Flags} fill=${each} />${explained(each)}</span>` },
];

const Flags = ({ fill: { gap, ambiguous } }) => html`
  ${gap && html`<span class="badge">gap</span> `}${ambiguous && html`<span class="badge">ambiguous</span> `}
`;

export function Fills({ position, trade }) {
  const last = position.fills.length - 1;
  const named = (fill) =>
    fill.reason === "STOP_LOSS" && trade && fill.index === last ? exitName(trade, position) : words(fill.reason);
  const rows = position.fills.map((fill, index) => ({ ...fill, index, id: index }));
  return html`<div class="as-cards"><${Table} caption="Fills" columns=${columns(position.symbol, named)} rows=${rows} test="story-fills" /></div>`;
}
