import { ask } from "../desk/api.js";
import { html, useState } from "../kit/html.js";

const COLUMNS = [
  "signalId", "symbol", "side", "pattern", "campaignId", "quantity", "entryTime", "entryPrice", "exitTime", "exitPrice",
  "exitReason", "realizedPnl", "rMultiple", "commission", "slippage",
];
const FIGURES = new Set([
  "quantity", "entryPrice", "exitPrice", "realizedPnl", "rMultiple", "commission", "slippage",
]);
const PAGE = 100;

const ALL = `query AllTrades($account: String!, $filter: TradeFilter!, $after: String) {
  trades(account: $account, filter: $filter, first: ${PAGE}, after: $after) {
    nodes { ${COLUMNS.join(" ")} } pageInfo { hasNextPage endCursor }
  }
}`;

/** Saves every trade of a filter as CSV, with the figures exactly as the API gives them. */
export function Download({ account, filter }) {
  const [state, setState] = useState({ busy: false, problem: null });
  const save = async () => {
    setState({ busy: true, problem: null });
    try {
      offer(`trades-${account}.csv`, csv(await everyTrade(account, filter)));
      setState({ busy: false, problem: null });
    } catch (error) {
      setState({ busy: false, problem: error.message });
    }
  };
  return html`
    ${state.problem && html`<span class="loss" role="alert">${state.problem}</span>`}
    <button type="button" onClick=${save} disabled=${state.busy} data-test="download-csv">
      ${state.busy ? "Collecting …" : "Download CSV"}
    </button>
  `;
}

async function everyTrade(account, filter) {
  const found = [];
  for (let after = null, more = true; more; ) {
    const { trades } = await ask(ALL, { account, filter, after });
    found.push(...trades.nodes);
    after = trades.pageInfo.endCursor;
    more = trades.pageInfo.hasNextPage;
  }
  return found;
}

export function csv(trades) {
  const lines = trades.map((trade) => COLUMNS.map((name) => cell(name, trade[name])).join(","));
  return [COLUMNS.join(","), ...lines, ""].join("\r\n");
}

/**
 * Text that a spreadsheet would take for a formula has an apostrophe before it; what has one there already gets one more,
 * so that what it was can be told. Figures are numbers, and have none.
 */
function cell(name, value) {
  if (value === null) return "";
  const isFormula = !FIGURES.has(name) && /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(value);
  const text = isFormula ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function offer(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
