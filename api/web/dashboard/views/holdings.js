import { priceOf } from "../desk/prices.js";
import { useSnapshot } from "../desk/snapshot.js";
import { account, chosen } from "../desk/store.js";
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

/** What is held, netted by symbol, with the account's own figures below: all of one snapshot. */
export function Holdings() {
  const answer = useSnapshot(HOLDINGS, { account: chosen.value.account });
  return html`<${Answered} answer=${answer} isEmpty=${({ holdings }) => !holdings?.length} empty=${EMPTY}>
    ${({ holdings }) => html`<${Table}
      caption="Holdings by symbol"
      columns=${COLUMNS}
      rows=${holdings.map((each) => ({ ...each, id: each.symbol }))}
      sort=${{ key: "symbol", descending: false }}
      total=${totalOf(account.value)}
      test="table-holdings"
    />`}
  <//>`;
}

const totalOf = ({ openPositions, marketValue, todayPnl, unrealizedPnl, heatPercent }) => ({
  symbol: "Account",
  positions: count(openPositions),
  marketValue: money(marketValue),
  todayPnl: signedMoney(todayPnl),
  unrealizedPnl: signedMoney(unrealizedPnl),
  heatPercent: percent(heatPercent),
});
