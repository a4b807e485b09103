import { useAnswer } from "../desk/answer.js";
import { chosen } from "../desk/store.js";
import { dateTime, money, multiple, price, quantity, signedMoney, tone, words } from "../kit/format.js";
import { html, useState } from "../kit/html.js";
import { Pager, Table, usePages } from "../kit/table.js";
import { Answered } from "./answered.js";
import { TradeFilter } from "./trade-filter.js";
import { Download } from "./trades-csv.js";

const PAGE = 25;

const TRADES = `query Trades($account: String!, $filter: TradeFilter!, $first: Int!, $after: String) {
  trades(account: $account, filter: $filter, first: $first, after: $after) {
    nodes {
      id symbol side pattern quantity entryTime entryPrice exitTime exitPrice exitReason realizedPnl rMultiple commission
      slippage
    }
    pageInfo { hasNextPage endCursor } totalCount
  }
}`;

const COLUMNS = [
  { key: "symbol", label: "Symbol", head: true, cell: (each) => each.symbol },
  { key: "side", label: "Side", cell: (each) => html`<span class="side">${each.side}</span>` },
  { key: "quantity", label: "Quantity", align: "number", cell: (each) => quantity(each.quantity) },
  { key: "entered", label: "Entered", cell: (each) => dateTime(each.entryTime) },
  { key: "entry", label: "Entry", align: "number", cell: (each) => price(each.entryPrice) },
  { key: "exited", label: "Exited", cell: (each) => dateTime(each.exitTime) },
  { key: "exit", label: "Exit", align: "number", cell: (each) => price(each.exitPrice) },
  { key: "reason", label: "Reason", cell: (each) => words(each.exitReason) },
  {
    key: "pnl",
    label: "P&L",
    align: "number",
    cell: (each) => signedMoney(each.realizedPnl),
    tone: (each) => tone(each.realizedPnl),
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

/** The round trips of the chosen session, newest first. */
export function TradesTab() {
  const [filter, setFilter] = useState({});
  const pages = usePages(PAGE);
  const { account, session } = chosen.value;
  const wanted = { ...filter, session };
  const answer = useAnswer(TRADES, { account, filter: wanted, first: PAGE, after: pages.after });
  const change = (next) => {
    pages.restart();
    setFilter(next);
  };
  return html`
    <${TradeFilter} filter=${filter} change=${change}><${Download} account=${account} filter=${wanted} /><//>
    <${Answered} answer=${answer} isEmpty=${({ trades }) => !trades?.nodes.length} empty=${EMPTY}>
      ${({ trades }) => html`
        <div class="as-cards"><${Table} caption="Trades, newest first" columns=${COLUMNS} rows=${trades.nodes} test="table-trades" /></div>
        <${Pager} page=${trades} back=${pages.back} turn=${pages.turn} shown=${pages.shown} />
      `}
    <//>
  `;
}
