import { priceOf } from "../desk/prices.js";
import { useSnapshot } from "../desk/snapshot.js";
import { account, chosen } from "../desk/store.js";
import { minus, plus } from "../kit/decimal.js";
import { count, money, percent, quantity, signedMoney, tone } from "../kit/format.js";
import { html } from "../kit/html.js";
import { figure, Table } from "../kit/table.js";
import { Answered } from "../tabs/answered.js";

const HOLDINGS = {
  variables: { account: "String!" },
  fields: {
    holdings: `holdings(account: $account) {
      symbol positions longQuantity shortQuantity netQuantity averagePrice lastPrice marketValue unrealizedPnl realizedPnl
      todayPnl heatPercent
    }`,
  },
};

const COLUMNS = [
  { key: "symbol", label: "Symbol", head: true, cell: ({ symbol }) => symbol, sort: ({ symbol }) => symbol },
  figure("positions", "Positions", count),
  figure("netQuantity", "Net quantity", quantity),
  { ...figure("averagePrice", "Average"), cell: ({ symbol, averagePrice: at }) => (at === null ? "–" : priceOf(at, symbol)) },
  { ...figure("lastPrice", "Last"), cell: ({ symbol, lastPrice: at }) => (at === null ? "–" : priceOf(at, symbol)) },
  figure("marketValue", "Market value", money),
  figure("todayPnl", "P&L today", signedMoney, tone),
  figure("unrealizedPnl", "Open P&L", signedMoney, tone),
  figure("realizedPnl", "Realized", signedMoney, tone),
  figure("heatPercent", "Heat", percent),
];

const EMPTY = { title: "Nothing is held", text: "A symbol appears here with its first open position." };

/** What is held, netted by symbol, with what the account's own figures have besides, and those: all of one snapshot. */
export function Holdings() {
  const answer = useSnapshot(HOLDINGS, { account: chosen.value.account });
  return html`<${Answered} answer=${answer} isEmpty=${({ holdings }) => !holdings?.length} empty=${EMPTY}>
    ${({ holdings }) => html`<${Table}
      caption="Holdings by symbol"
      columns=${COLUMNS}
      rows=${holdings.map((each) => ({ ...each, id: each.symbol }))}
      sort=${{ key: "symbol", descending: false }}
      totals=${[closedOf(account.value, holdings), waitingOf(account.value, holdings), totalOf(account.value)].filter(Boolean)}
      test="table-holdings"
    />`}
  <//>`;
}

/** What the account's figure has beyond those of the symbols; null where one of these is not known. */
function beyond(key, standing, holdings) {
  const figures = holdings.map((each) => each[key]);
  return figures.includes(null) ? null : minus(standing[key], figures.reduce(plus, "0"));
}

/** What symbols have earned that are not held any more; null: nothing. */
function closedOf(standing, holdings) {
  const [todayPnl, realizedPnl] = ["todayPnl", "realizedPnl"].map((key) => beyond(key, standing, holdings));
  if (![todayPnl, realizedPnl].some((earned) => earned !== null && tone(earned))) return null;
  return { id: "closed", symbol: "No longer held", todayPnl: signedMoney(todayPnl), realizedPnl: signedMoney(realizedPnl) };
}

/** What is risked by orders that wait; null: none does. */
function waitingOf(standing, holdings) {
  if (!standing.workingSignals) return null;
  return { id: "waiting", symbol: "Waiting orders", heatPercent: percent(beyond("heatPercent", standing, holdings)) };
}

const totalOf = ({ openPositions, marketValue, todayPnl, unrealizedPnl, realizedPnl, heatPercent }) => ({
  id: "account",
  symbol: "Account",
  positions: count(openPositions),
  marketValue: money(marketValue),
  todayPnl: signedMoney(todayPnl),
  unrealizedPnl: signedMoney(unrealizedPnl),
  realizedPnl: signedMoney(realizedPnl),
  heatPercent: percent(heatPercent),
});
