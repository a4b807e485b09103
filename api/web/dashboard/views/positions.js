import { clock } from "../desk/freshness.js";
import { chosen, positions } from "../desk/store.js";
import { age, dateTime, multiple, plural, price, quantity, signedMoney, tone } from "../kit/format.js";
import { computed, html, signal, useComputed, useEffect, useRef } from "../kit/html.js";
import { Empty } from "../kit/states.js";
import { Cell, Frame, inOrder } from "../kit/table.js";
import { Levels } from "./levels.js";
import { askToClose } from "./lifecycle.js";

const held = ({ entryTime }, time = clock.peek()) => (time === null ? null : Date.parse(time) - Date.parse(entryTime));

/** Follows the desk's clock by itself, so that its row need not. */
const Age = ({ position }) =>
  html`<span title=${`since ${dateTime(position.entryTime)}`}>${age(held(position, clock.value))}</span>`;

const COLUMNS = [
  { key: "symbol", label: "Symbol", head: true, cell: ({ symbol }) => symbol, sort: ({ symbol }) => symbol },
  { key: "side", label: "Side", cell: ({ side }) => html`<span class="side">${side}</span>`, sort: ({ side }) => side },
  {
    key: "quantity",
    label: "Open / initial",
    align: "number",
    cell: (each) => `${quantity(each.openQuantity)} / ${quantity(each.quantity)}`,
    sort: (each) => Number(each.openQuantity),
  },
  { key: "entry", label: "Entry", align: "number", cell: (each) => price(each.entryPrice), sort: (each) => Number(each.entryPrice) },
  { key: "last", label: "Last", align: "number", cell: (each) => price(each.lastPrice), sort: (each) => Number(each.lastPrice) },
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
    label: "Close",
    align: "number",
    cell: (each) => html`<button
      type="button"
      class="small"
      aria-label=${`Close ${each.symbol}`}
      onClick=${() => askToClose(chosen.value.account, each)}
      data-test="close-position"
    >
      Close …
    </button>`,
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

export function Positions() {
  const many = ids.value.length;
  return html`<section class="panel as-cards" aria-labelledby="positions-title" data-test="positions">
    <div class="panel-head">
      <h2 id="positions-title">Open positions</h2>
      <span class="badge" data-test="positions-count">${many}</span>
      <span class="hint"><${MarketTime} /></span>
    </div>
    ${many ? html`<${Rows} />` : html`<${Nothing} />`}
  </section>`;
}

const MarketTime = () => html`market time ${dateTime(clock.value)}`;

const Nothing = () => html`<${Empty} title="Nothing is open">
  A position appears here as soon as a signal is filled, and moves with every price.
<//>`;

function Rows() {
  const sortBy = (chosenOrder) => (order.value = chosenOrder);
  const caption = plural(ids.value.length, "open position");
  return html`<${Frame} caption=${caption} columns=${COLUMNS} order=${order.value} sortBy=${sortBy} test="table-positions">
    ${ids.value.map((id) => html`<${Row} key=${id} id=${id} />`)}
  <//>`;
}

/** Follows its own position alone, and flashes when that changes; hundreds of others stand still beside it. */
function Row({ id }) {
  const position = useComputed(() => positions.value.get(id)).value;
  const element = useFlash(position && shown(position));
  if (!position) return null;
  return html`<tr ref=${element} data-id=${id} data-symbol=${position.symbol}>
    ${COLUMNS.map((column) => html`<${Cell} key=${column.key} column=${column} row=${position} />`)}
  </tr>`;
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
