import { useAnswer } from "../desk/answer.js";
import { beside, showBeside } from "../desk/beside.js";
import { useSnapshot } from "../desk/snapshot.js";
import { chosen } from "../desk/store.js";
import { date, number, percent, plural, signed, signedPercent } from "../kit/format.js";
import { html } from "../kit/html.js";
import { Empty } from "../kit/states.js";
import { Table } from "../kit/table.js";
import { Answered } from "./answered.js";

const BACKTESTS = `query Backtests { backtests(first: 100) { nodes { id name source recordedAt tradeCount } } }`;

const COMPARISON = {
  variables: { account: "String!", session: "Int", beside: "ID!" },
  fields: {
    report: `report(account: $account, session: $session, compareTo: $beside) {
      comparison {
        severity
        metrics { metric paper backtest difference differencePercent direction severity }
        trades { matchedCount missedCount extraCount }
      }
    }`,
  },
};

const METRICS = {
  WIN_RATE: { name: "Win rate", show: (text) => percent(text), apart: (text) => signedPercent(text) },
  AVERAGE_R: { name: "Average R", show: (text) => signed(text), apart: (text) => signed(text) },
  PROFIT_FACTOR: { name: "Profit factor", show: (text) => number(text), apart: (text) => signed(text) },
  MAX_DRAWDOWN: { name: "Maximum drawdown", show: (text) => percent(text), apart: (text) => signedPercent(text) },
  SHARPE: { name: "Sharpe", show: (text) => signed(text), apart: (text) => signed(text) },
};
const ARROWS = { BETTER: "▲ better", WORSE: "▼ worse", SAME: "= same" };
const TONES = { BETTER: "gain", WORSE: "loss" };

const COLUMNS = [
  { key: "metric", label: "Metric", head: true, cell: (each) => METRICS[each.metric].name },
  { key: "paper", label: "Paper", align: "number", cell: (each) => METRICS[each.metric].show(each.paper) },
  { key: "backtest", label: "Backtest", align: "number", cell: (each) => METRICS[each.metric].show(each.backtest) },
  {
    key: "difference",
    label: "Difference",
    align: "number",
    cell: (each) => METRICS[each.metric].apart(each.difference),
    tone: (each) => TONES[each.direction],
  },
  { key: "relative", label: "Relative", align: "number", cell: (each) => signedPercent(each.differencePercent, 1) },
  { key: "direction", label: "Direction", cell: (each) => ARROWS[each.direction] ?? "–", tone: (each) => TONES[each.direction] },
  { key: "severity", label: "Apart", cell: (each) => html`<${Severity} value=${each.severity} />` },
];

/** How far apart, whichever is better: the API's severity in words. */
const APART = { OK: "within 10 %", WARNING: "over 10 %", ERROR: "over 20 %" };

const Severity = ({ value }) => html`<span class=${`badge severity-${value.toLowerCase()}`}>${APART[value]}</span>`;

const NO_BACKTESTS = {
  title: "No backtest is recorded",
  text: html`Record one with <code>papertape backtest --register</code>, or send your own tool's figures with the
    mutation <code>recordBacktest</code>; then paper is shown beside it, here and in the chart.`,
};

/** Paper beside a backtest: metric by metric, with how many trades both have. */
export function ComparisonTab() {
  const answer = useAnswer(BACKTESTS, {});
  return html`<${Answered} answer=${answer} isEmpty=${({ backtests }) => !backtests.nodes.length} empty=${NO_BACKTESTS}>
    ${({ backtests }) => html`
      <div class="filters">
        <label class="field">
          Backtest
          <select
            value=${beside.value ?? ""}
            onChange=${({ target }) => showBeside(target.value || null)}
            data-test="choose-backtest"
          >
            <option value="">none</option>
            ${backtests.nodes.map(
              (each) => html`<option key=${each.id} value=${each.id}>${each.name}, ${date(each.recordedAt)}</option>`,
            )}
          </select>
        </label>
      </div>
      ${beside.value ? html`<${Compared} key=${beside.value} />` : html`<${Empty} title="Choose a backtest">Paper is then shown beside it.<//>`}
    `}
  <//>`;
}

function Compared() {
  const { account, session } = chosen.value;
  const answer = useSnapshot(COMPARISON, { account, session, beside: beside.value });
  return html`<${Answered} answer=${answer}>
    ${({ report: { comparison } }) => html`
      <p class="sentence" data-test="comparison-verdict">
        Paper and backtest are <${Severity} value=${comparison.severity} /> apart where they differ most. Far apart may be
        better or worse: either way the backtest does not foretell it.
      </p>
      <${Table}
        caption="Paper beside the backtest"
        columns=${COLUMNS}
        rows=${comparison.metrics.map((each) => ({ ...each, id: each.metric }))}
        test="table-comparison"
      />
      ${comparison.trades && html`<${Matching} trades=${comparison.trades} />`}
    `}
  <//>`;
}

function Matching({ trades: { matchedCount, missedCount, extraCount } }) {
  return html`<p class="sentence" data-test="comparison-trades">
    Trade by trade: ${plural(matchedCount, "trade")} of the same signals on both sides, ${missedCount} only in the backtest,
    ${" "}${extraCount} only on paper.
  </p>`;
}
