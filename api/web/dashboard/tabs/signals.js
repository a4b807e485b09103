import { DetailLink, opening } from "../detail/link.js";
import { priceOf } from "../desk/prices.js";
import { useSnapshot } from "../desk/snapshot.js";
import { archived, chosen } from "../desk/store.js";
import { confirmation } from "../kit/dialog.js";
import { dateTime, number, quantity, words } from "../kit/format.js";
import { askToAmendSignal } from "../orders/amend.js";
import { carriedOut, newId } from "../orders/sending.js";
import { html, useState } from "../kit/html.js";
import { inLabels } from "../kit/labels.js";
import { RefusalFigures } from "../kit/states.js";
import { Pager, Table, usePages } from "../kit/table.js";
import { FirstSignal } from "../views/first-run.js";
import { Answered } from "./answered.js";

const PAGE = 25;
const STATUSES = ["WORKING", "EXECUTED", "REJECTED", "CANCELLED", "EXPIRED"];

const SIGNALS = {
  variables: { account: "String!", filter: "SignalFilter!", first: "Int!", after: "String" },
  fields: {
    signals: `signals(account: $account, filter: $filter, first: $first, after: $after) {
      nodes {
        id signalId symbol side pattern status entry entryPrice quantity riskPercent timestamp
        stopLoss stopDistance stopPercent target1 target1R target2 target2R
        error { code message limit actual }
      }
      pageInfo { hasNextPage endCursor } totalCount
    }`,
  },
};

const CANCEL = `mutation Cancel($input: CancelSignalInput!) {
  cancelSignal(input: $input) { errors { code message limit actual } }
}`;

const COLUMNS = [
  { key: "symbol", label: "Symbol", head: true, cell: (each) => html`<${DetailLink} kind="signal" signalId=${each.signalId}>${each.symbol}<//>` },
  { key: "side", label: "Side", cell: (each) => html`<span class="side">${each.side}</span>` },
  { key: "time", label: "Sent for", cell: (each) => dateTime(each.timestamp) },
  { key: "entry", label: "Entry", cell: entry },
  { key: "size", label: "Size", align: "number", cell: size },
  { key: "stop", label: "Stop", align: "number", cell: stop },
  { key: "targets", label: "Targets", align: "number", cell: targets },
  { key: "status", label: "Outcome", cell: (each) => html`<${Outcome} signal=${each} />` },
];

function entry({ symbol, entry: kind, entryPrice }) {
  return entryPrice === null ? words(kind) : `${words(kind)} at ${priceOf(entryPrice, symbol)}`;
}

function size(signal) {
  if (signal.quantity !== null) return quantity(signal.quantity);
  return signal.riskPercent === null ? "–" : `${number(signal.riskPercent)} % risk`;
}

/** As it was sent: a price, or how far from the fill. */
function stop({ symbol, stopLoss, stopDistance, stopPercent }) {
  if (stopDistance !== null) return `${priceOf(stopDistance, symbol)} away`;
  if (stopPercent !== null) return `${number(stopPercent)} % away`;
  return stopLoss === null ? "–" : priceOf(stopLoss, symbol);
}

function targets({ symbol, target1, target1R, target2, target2R }) {
  const told = [target(symbol, target1, target1R), target(symbol, target2, target2R)].filter(Boolean);
  return told.length ? told.join(", ") : "–";
}

const target = (symbol, at, multiple) => (multiple === null ? at && priceOf(at, symbol) : `${number(multiple)} R`);

/** What became of it: a refusal with its reason and figures, a working one with a way to cancel it. */
function Outcome({ signal }) {
  const { status, error } = signal;
  return html`
    <span class=${`outcome outcome-${status.toLowerCase()}`}>${words(status)}</span>
    ${error && html`<span class="reason" data-test="reason">${inLabels(error.message)}<${RefusalFigures} error=${error} /></span>`}
    ${status === "WORKING" &&
    !archived.value &&
    html`<span class="row-actions">
      <button type="button" class="small" aria-label=${`Amend the signal on ${signal.symbol}`} onClick=${() => askToAmendSignal(signal)} data-test="amend-signal">
        Amend …
      </button>
      <button type="button" class="small" aria-label=${`Cancel the signal on ${signal.symbol}`} onClick=${() => askToCancel(signal)} data-test="cancel-signal">
        Cancel …
      </button>
    </span>`}
  `;
}

function askToCancel({ symbol, signalId }) {
  const { account } = chosen.value;
  const command = { document: CANCEL, field: "cancelSignal", input: { account, signalId, id: newId() } };
  confirmation({
    title: `Cancel the signal on ${symbol}?`,
    consequences: () => ["It will not be filled any more; the risk and money that it reserves are free again."],
    action: "Cancel the signal",
    perform: async () => (await carriedOut(command, () => `The signal on ${symbol} was cancelled.`)).errors,
    dangerous: true,
    test: "dialog-cancel",
  });
}

const NONE_SUCH = { title: "No such signals", text: "Signals of another outcome may be here: choose “any”." };

const noneYet = (account) => ({
  title: "No signals yet",
  text: html`
    <p>Every signal that is sent appears here, refused ones too, with why and the figures. A first one to copy:</p>
    <${FirstSignal} account=${account} />
  `,
});

/** The signals of the chosen session, newest first. */
export function SignalsTab() {
  const [status, setStatus] = useState(null);
  const pages = usePages(PAGE);
  const { account, session } = chosen.value;
  const answer = useSnapshot(SIGNALS, { account, filter: { session, status }, first: PAGE, after: pages.after });
  const choose = ({ target }) => {
    pages.restart();
    setStatus(target.value || null);
  };
  return html`
    <div class="filters">
      <label class="field">
        Outcome
        <select onChange=${choose} data-test="filter-status">
          <option value="">any</option>
          ${STATUSES.map((each) => html`<option key=${each} value=${each}>${words(each)}</option>`)}
        </select>
      </label>
    </div>
    <${Answered} answer=${answer} isEmpty=${({ signals }) => !signals?.nodes.length} empty=${status ? NONE_SUCH : noneYet(account)}>
      ${({ signals }) => html`
        <div class="as-cards"><${Table} caption="Signals, newest first" columns=${COLUMNS} rows=${signals.nodes} opens=${({ signalId }) => opening("signal", signalId)} test="table-signals" /></div>
        <${Pager} page=${signals} back=${pages.back} turn=${pages.turn} shown=${pages.shown} />
      `}
    <//>
  `;
}
