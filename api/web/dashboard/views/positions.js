import { clock } from "../desk/freshness.js";
import { priceOf } from "../desk/prices.js";
import { DetailLink, opening } from "../detail/link.js";
import { account, positions } from "../desk/store.js";
import { age, dateTime, multiple, plural, quantity, signedMoney, tone } from "../kit/format.js";
import { computed, html, signal, useComputed, useEffect, useLayoutEffect, useRef } from "../kit/html.js";
import { Empty } from "../kit/states.js";
import { askToCloseAll } from "../orders/close.js";
import { PositionActions } from "../orders/position-actions.js";
import { Cell, Frame, inOrder } from "../kit/table.js";
import { Virtual } from "../kit/virtual.js";
import { Holdings } from "./holdings.js";
import { Levels } from "./levels.js";

const held = ({ entryTime }, time = clock.peek()) => (time === null ? null : Date.parse(time) - Date.parse(entryTime));

/** Follows the desk's clock by itself, so that its row need not. */
const Age = ({ position }) =>
  html`<span title=${`since ${dateTime(position.entryTime)}`}>${age(held(position, clock.value))}</span>`;

const COLUMNS = [
  { key: "symbol", label: "Symbol", head: true, cell: ({ symbol, signalId }) => html`<${DetailLink} kind="position" signalId=${signalId}>${symbol}<//>`, sort: ({ symbol }) => symbol },
  { key: "side", label: "Side", cell: ({ side }) => html`<span class="side">${side}</span>`, sort: ({ side }) => side },
  {
    key: "quantity",
    label: "Open / initial",
    align: "number",
    cell: (each) => `${quantity(each.openQuantity)} / ${quantity(each.quantity)}`,
    sort: (each) => Number(each.openQuantity),
  },
  { key: "entry", label: "Entry", align: "number", cell: (each) => priceOf(each.entryPrice, each.symbol), sort: (each) => Number(each.entryPrice) },
  { key: "last", label: "Last", align: "number", cell: (each) => priceOf(each.lastPrice, each.symbol), sort: (each) => Number(each.lastPrice) },
  {
    key: "pnl",
    label: "Open P&L",
    align: "number",
    cell: (each) => signedMoney(each.unrealizedPnl),
    tone: (each) => tone(each.unrealizedPnl),
    sort: (each) => Number(each.unrealizedPnl),
  },
  {
    key: "r",
    label: "R now",
    align: "number",
    cell: (each) => multiple(each.rMultiple),
    tone: (each) => tone(each.rMultiple),
    sort: (each) => (each.rMultiple === null ? null : Number(each.rMultiple)),
  },
  { key: "levels", label: "Stop → last → target", cell: (each) => html`<${Levels} position=${each} />` },
  {
    key: "age",
    label: "Age",
    align: "number",
    cell: (each) => html`<${Age} position=${each} />`,
    sort: (each) => held(each),
  },
  {
    key: "close",
    label: "Actions",
    align: "number",
    cell: (each) => html`<${PositionActions} position=${each} />`,
  },
];

const NEWEST_FIRST = { key: "age", descending: false };

const order = signal(NEWEST_FIRST);

/** The rows' ids in order: the same array for as long as none came, went or moved, so that the table stands still. */
let kept = [];
const ids = computed(() => {
  const found = inOrder([...positions.value.values()], COLUMNS, order.value).map(({ id }) => id);
  if (found.length !== kept.length || found.some((id, index) => id !== kept[index])) kept = found;
  return kept;
});

/** Whether what is held is shown netted by symbol. */
export const bySymbol = signal(false);

export function Positions() {
  const many = ids.value.length;
  return html`<section class="panel as-cards" aria-labelledby="positions-title" tabindex="-1" data-home data-test="positions">
    <div class="panel-head">
      <h2 id="positions-title">Open positions</h2>
      <span class="badge" data-test="positions-count">${many}</span>
      <button type="button" class="quiet small" aria-pressed=${bySymbol.value ? "true" : "false"} onClick=${() => (bySymbol.value = !bySymbol.value)} data-test="by-symbol">
        By symbol
      </button>
      ${many > 1 && html`<button type="button" class="small" onClick=${askToCloseAll} data-test="close-all">Close all …</button>`}
      <span class="hint"><${MarketTime} /></span>
    </div>
    ${many ? html`<${bySymbol.value ? Holdings : Rows} />` : html`<${Nothing} />`}
  </section>`;
}

const MarketTime = () => html`market time ${dateTime(clock.value)}`;

const Nothing = () => html`<${Empty} title="Nothing is open">
  A position appears here as soon as a signal is filled, and moves with every price.
<//>`;

const drawn = (first, end) => ids.value.slice(first, end).map((id, index) => html`<${Row} key=${id} id=${id} index=${first + index} />`);

/** The account's own, of the same snapshot as its card. */
const Open = () => {
  const { unrealizedPnl } = account.value;
  return html`<span class=${tone(unrealizedPnl)}>${signedMoney(unrealizedPnl)}</span>`;
};

const TOTALS = [{ id: "account", symbol: "Account", pnl: html`<${Open} />` }];

function Rows() {
  const sortBy = (chosenOrder) => (order.value = chosenOrder);
  const caption = plural(ids.value.length, "open position");
  return html`<${Frame} caption=${caption} columns=${COLUMNS} order=${order.value} sortBy=${sortBy} totals=${TOTALS} count=${ids.value.length} test="table-positions">
    <${Virtual} count=${ids.value.length} rows=${drawn} />
  <//>`;
}

/** Follows its own position alone, and flashes when that changes; hundreds of others stand still beside it. */
function Row({ id, index }) {
  const position = useComputed(() => positions.value.get(id)).value;
  const element = useFlash(position && shown(position));
  useLayoutEffect(() => () => leaveFocus(element.current), []);
  if (!position) return null;
  return html`<tr ref=${element} class="leads" aria-rowindex=${index + 2} data-id=${id} data-symbol=${position.symbol} onClick=${opening("position", position.signalId)}>
    ${COLUMNS.map((column) => html`<${Cell} key=${column.key} column=${column} row=${position} />`)}
  </tr>`;
}

/** Whoever reads a row with the keyboard stays in the panel when the row goes. */
function leaveFocus(row) {
  if (row?.contains(document.activeElement)) row.closest("[data-home]").focus({ preventScroll: true });
}

const shown = ({ lastPrice, openQuantity, stopLoss, status }) => [lastPrice, openQuantity, stopLoss, status].join();

/** An animation begins anew only under another name: odd and even changes have one each. */
function useFlash(figures) {
  const element = useRef(null);
  const before = useRef(figures);
  useEffect(() => {
    if (before.current === figures) return;
    before.current = figures;
    if (element.current) element.current.dataset.flash = element.current.dataset.flash === "odd" ? "even" : "odd";
  }, [figures]);
  return element;
}
