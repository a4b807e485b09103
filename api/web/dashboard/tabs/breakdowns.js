import { useSnapshot } from "../desk/snapshot.js";
import { chosen } from "../desk/store.js";
import { multiple, number, percent, signedMoney, tone, words } from "../kit/format.js";
import { html } from "../kit/html.js";
import { figure, Table } from "../kit/table.js";
import { Answered } from "./answered.js";

const FIGURES = "figures { tradeCount winningTrades losingTrades winRate profitFactor averageR expectancy realizedPnl }";

const BREAKDOWNS = {
  variables: { account: "String!", session: "Int" },
  fields: {
    report: `report(account: $account, session: $session) {
      breakdowns {
        bySymbol { name: symbol ${FIGURES} }
        byPattern { name: pattern ${FIGURES} }
        bySide { name: side ${FIGURES} }
        byCampaign { name: campaignId ${FIGURES} }
        byExitReason { name: exitReason ${FIGURES} }
      }
    }`,
  },
};

const GROUPS = [
  { key: "bySymbol", title: "By symbol", label: "Symbol", show: (name) => name },
  { key: "bySide", title: "By side", label: "Side", show: words },
  { key: "byPattern", title: "By pattern", label: "Pattern", show: words },
  { key: "byExitReason", title: "By exit", label: "Exit", show: (name) => (name === "STOP_LOSS" ? "any stop" : words(name)) },
  { key: "byCampaign", title: "By campaign", label: "Campaign", show: (name) => name },
];

const columns = (label, show) => [
  { key: "name", label, head: true, cell: (each) => show(each.name), sort: (each) => each.name },
  figure("tradeCount", "Trades", (value) => number(value, 0)),
  figure("winRate", "Win rate", (value) => percent(value, 1)),
  figure("averageR", "Average R", multiple, tone),
  figure("profitFactor", "Profit factor", number),
  figure("realizedPnl", "P&L", signedMoney, tone),
];

const EMPTY = { title: "Nothing to break down", text: "Breakdowns count trades: they appear with the first one." };
const hasNone = ({ report }) => !report || GROUPS.every(({ key }) => !report.breakdowns[key].length);

/** The session's trades by what they have in common. */
export function BreakdownsTab() {
  const answer = useSnapshot(BREAKDOWNS, chosen.value);
  return html`<${Answered} answer=${answer} isEmpty=${hasNone} empty=${EMPTY}>
    ${({ report }) => html`<div class="breakdowns">
      ${GROUPS.filter(({ key }) => report.breakdowns[key].length).map((group) => html`<${Group} key=${group.key} group=${group} rows=${report.breakdowns[group.key]} />`)}
    </div>`}
  <//>`;
}

function Group({ group: { key, title, label, show }, rows }) {
  return html`<section>
    <h3>${title}</h3>
    <div class="as-cards"><${Table}
      caption=${title}
      columns=${columns(label, show)}
      rows=${rows.map(({ name, figures }) => ({ id: name, name, ...figures }))}
      sort=${{ key: "realizedPnl", descending: true }}
      test=${`table-${key}`}
    /></div>
  </section>`;
}
