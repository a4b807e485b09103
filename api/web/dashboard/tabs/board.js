import { useSnapshot } from "../desk/snapshot.js";
import { choose } from "../desk/store.js";
import { count, money, multiple, number, percent, signedMoney, signedPercent, tone } from "../kit/format.js";
import { html } from "../kit/html.js";
import { addressOf, NO_DETAIL } from "../kit/place.js";
import { figure, Pager, Table, usePages } from "../kit/table.js";
import { Answered } from "./answered.js";

const PAGE = 50;

const BOARD = {
  variables: { first: "Int!", after: "String" },
  fields: {
    board: `board(first: $first, after: $after) {
      nodes {
        account { name enabled haltReason equity todayPnl openPositions session { number } }
        returnPercent maxDrawdown tradeCount averageR profitFactor sharpe
      }
      pageInfo { hasNextPage endCursor } totalCount
    }`,
  },
};

const COLUMNS = [
  { key: "name", label: "Account", head: true, cell: (each) => html`<${AccountLink} name=${each.name} />`, sort: ({ name }) => name },
  { key: "state", label: "State", cell: stateOf },
  figure("equity", "Equity", money),
  figure("returnPercent", "Return", signedPercent, tone),
  figure("todayPnl", "P&L today", signedMoney, tone),
  figure("maxDrawdown", "Max. drawdown", percent),
  figure("openPositions", "Open", count),
  figure("tradeCount", "Trades", count),
  figure("averageR", "Average R", multiple, tone),
  figure("profitFactor", "Profit factor", number),
  figure("sharpe", "Sharpe", number),
];

function stateOf({ enabled, haltReason }) {
  if (!enabled) return html`<span class="warning">off</span>`;
  return haltReason === null ? "trades" : html`<span class="loss" title=${haltReason}>halted</span>`;
}

function AccountLink({ name }) {
  const there = { account: name, session: null, ...NO_DETAIL };
  const follow = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    choose({ account: name, session: null });
  };
  return html`<a class="opens" href=${addressOf(there)} onClick=${follow} data-test="open-account-of-board">${name}</a>`;
}

const flat = ({ account, ...figures }) => ({ id: account.name, ...account, ...figures });

/** All accounts beside each other, by what their running sessions came to. */
export function BoardTab() {
  const pages = usePages(PAGE);
  const answer = useSnapshot(BOARD, { first: PAGE, after: pages.after });
  return html`<${Answered} answer=${answer}>
    ${({ board }) => html`
      <div class="as-cards">
        <${Table} caption="Accounts, in their running sessions" columns=${COLUMNS} rows=${board.nodes.map(flat)} test="table-board" />
      </div>
      <${Pager} page=${board} back=${pages.back} turn=${pages.turn} shown=${pages.shown} />
    `}
  <//>`;
}
