import { DetailLink, opening } from "../detail/link.js";
import { exitName, stopsOf } from "../desk/exits.js";
import { priceOf } from "../desk/prices.js";
import { useSnapshot } from "../desk/snapshot.js";
import { chosen } from "../desk/store.js";
import { dateTime, money, multiple, quantity, signedMoney, tone } from "../kit/format.js";
import { html, useMemo, useState } from "../kit/html.js";
import { Frame, Pager, Row, usePages } from "../kit/table.js";
import { Answered } from "./answered.js";
import { TradeFilter } from "./trade-filter.js";
import { Download } from "./trades-csv.js";

const PAGE = 25;

const TRADES = {
  variables: { account: "String!", filter: "TradeFilter!", first: "Int!", after: "String", orderBy: "ListOrder!" },
  fields: {
    trades: `trades(account: $account, filter: $filter, first: $first, after: $after, orderBy: $orderBy) {
      nodes {
        id signalId symbol side pattern quantity entryTime entryPrice exitTime exitPrice exitReason realizedPnl rMultiple
        commission slippage fills { reason }
      }
      pageInfo { hasNextPage endCursor } totalCount
    }`,
  },
};

const COLUMNS = [
  { key: "symbol", label: "Symbol", head: true, cell: (each) => html`<${DetailLink} kind="trade" signalId=${each.signalId}>${each.symbol}<//>`, sort: true },
  { key: "side", label: "Side", cell: (each) => html`<span class="side">${each.side}</span>` },
  { key: "quantity", label: "Quantity", align: "number", cell: (each) => quantity(each.quantity) },
  { key: "entered", label: "Entered", cell: (each) => dateTime(each.entryTime) },
  { key: "entry", label: "Entry", align: "number", cell: (each) => priceOf(each.entryPrice, each.symbol) },
  { key: "exited", label: "Exited", cell: (each) => dateTime(each.exitTime), sort: true },
  { key: "exit", label: "Exit", align: "number", cell: (each) => priceOf(each.exitPrice, each.symbol) },
  { key: "reason", label: "Reason", cell: (each) => exitName(each, each.position) },
  {
    key: "pnl",
    label: "P&L",
    align: "number",
    cell: (each) => signedMoney(each.realizedPnl),
    tone: (each) => tone(each.realizedPnl),
    sort: true,
  },
  {
    key: "r",
    label: "R",
    align: "number",
    cell: (each) => multiple(each.rMultiple),
    tone: (each) => tone(each.rMultiple),
  },
  { key: "commission", label: "Commission", align: "number", cell: (each) => money(each.commission) },
  { key: "slippage", label: "Slippage", align: "number", cell: (each) => money(each.slippage) },
];

const EMPTY = {
  title: "No trades",
  text: "A trade is a round trip: it appears here when a position is flat. If a filter is set, it may hide some.",
};

/** The orders that the API has, as [key, descending]: the desk sorts, since only it has all trades. */
const ORDERS = {
  NEWEST: { key: "exited", descending: true, caption: "Trades, newest first" },
  OLDEST: { key: "exited", descending: false, caption: "Trades, oldest first" },
  BEST: { key: "pnl", descending: true, caption: "Trades, best first" },
  WORST: { key: "pnl", descending: false, caption: "Trades, worst first" },
  SYMBOL: { key: "symbol", descending: false, caption: "Trades, by symbol" },
};

const orderOf = (wanted) =>
  Object.keys(ORDERS).find((name) => ORDERS[name].key === wanted.key && ORDERS[name].descending === wanted.descending) ?? "SYMBOL";

/** The round trips of the chosen session. */
export function TradesTab() {
  const [filter, setFilter] = useState({});
  const [orderBy, setOrderBy] = useState("NEWEST");
  const pages = usePages(PAGE);
  const { account, session } = chosen.value;
  const wanted = { ...filter, session };
  const answer = useSnapshot(TRADES, { account, filter: wanted, first: PAGE, after: pages.after, orderBy });
  const change = (next) => {
    pages.restart();
    setFilter(next);
  };
  const sortBy = (wanted) => {
    pages.restart();
    setOrderBy(orderOf(wanted));
  };
  return html`
    <${TradeFilter} filter=${filter} change=${change}><${Download} account=${account} filter=${wanted} /><//>
    <${Answered} answer=${answer} isEmpty=${({ trades }) => !trades?.nodes.length} empty=${EMPTY}>
      ${({ trades }) => html`
        <div class="as-cards">
          <${Frame} caption=${ORDERS[orderBy].caption} columns=${COLUMNS} order=${ORDERS[orderBy]} sortBy=${sortBy} test="table-trades">
            <${Rows} key=${trades.nodes.map(({ id }) => id).join()} trades=${trades.nodes} />
          <//>
        </div>
        <${Pager} page=${trades} back=${pages.back} turn=${pages.turn} shown=${pages.shown} />
      `}
    <//>
  `;
}

/** Rows of trades, whose stops are asked for to name their exits by. */
function Rows({ trades }) {
  const { account } = chosen.value;
  const question = useMemo(() => stopsOf(trades), []);
  const values = { account, ...Object.fromEntries(trades.map(({ signalId }, index) => [`signal${index}`, signalId])) };
  const { data } = useSnapshot(question, values);
  return trades.map(
    (trade, index) => html`<${Row} key=${trade.id} row=${{ ...trade, position: data?.[`stop${index}`] ?? null }} columns=${COLUMNS} class="leads" onClick=${opening("trade", trade.signalId)} />`,
  );
}
