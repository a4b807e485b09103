import { beside, benchmark, showBenchmark } from "../desk/beside.js";
import { useSnapshot } from "../desk/snapshot.js";
import { account, archived, chosen, report } from "../desk/store.js";
import { date, dateTime, money, percent, signedPercent } from "../kit/format.js";
import { html, useMemo, useState } from "../kit/html.js";
import { Empty, Failed, Loading } from "../kit/states.js";
import { Table } from "../kit/table.js";
import { dark } from "../kit/theme.js";
import { aligned, pointAt, scaledTo } from "./curves.js";
import { marksOf, seconds } from "./marks.js";
import { beginning, Ranges } from "./ranges.js";
import { EquityPlot, UnderwaterPlot } from "./two-plots.js";

const MOST_POINTS = 1_000;
const IN_A_TABLE = 100;

const CURVE = {
  variables: {
    account: "String!", session: "Int", from: "DateTime", beside: "ID!", besides: "Boolean!",
    symbol: "String!", since: "DateTime", until: "DateTime", interval: "String!", compares: "Boolean!",
  },
  fields: {
    equityCurve: `equityCurve(account: $account, session: $session, from: $from, maxPoints: ${MOST_POINTS}) { time equity drawdown }`,
    accountEvents: "accountEvents(account: $account, session: $session, first: 100) { nodes { kind reason occurredAt } }",
    bars: `bars(symbol: $symbol, from: $since, to: $until, interval: $interval, first: ${MOST_POINTS}) @include(if: $compares) {
      nodes { time: end close }
    }`,
    node: "node(id: $beside) @include(if: $besides) { ... on Backtest { name curve { time equity drawdown } } }",
  },
};

/** The session's equity, and under it, under the same cursor, how far it was under water. */
export function EquityChart() {
  const [range, setRange] = useState("All");
  const [newest, setNewest] = useState(null);
  const from = beginning(range, newest);
  const { account: name, session } = chosen.value;
  const answer = useSnapshot(CURVE, {
    account: name,
    session: session ?? account.value.session.number,
    from: from === null ? null : new Date(from * 1_000).toISOString(),
    beside: beside.value ?? "",
    besides: beside.value !== null,
    ...benchmarkOf(from),
  });
  const points = answer.data?.equityCurve ?? [];
  const choose = (next) => {
    if (points.length) setNewest(seconds(points.at(-1).time));
    setRange(next);
  };
  return html`<section class="panel chart" aria-labelledby="chart-title" data-test="chart">
    <div class="panel-head">
      <h2 id="chart-title">Equity and drawdown</h2>
      <${Benchmark} />
      <${Ranges} chosen=${range} choose=${choose} />
    </div>
    <${Body} answer=${answer} points=${points} from=${from} />
  </section>`;
}

const DAY = 86_400;

/** Which bars the benchmark is drawn of: days, or weeks where so many days do not fit. */
function benchmarkOf(from) {
  if (benchmark.value === null || !report.value) return { symbol: "", since: null, until: null, interval: "1d", compares: false };
  const { from: first, to: until } = report.value;
  const since = from ?? seconds(first);
  return {
    symbol: benchmark.value,
    since: new Date(since * 1_000).toISOString(),
    until: archived.value ? until : null,
    interval: (seconds(until) - since) / DAY > MOST_POINTS ? "1w" : "1d",
    compares: true,
  };
}

function Benchmark() {
  const change = ({ target }) => showBenchmark(target.value.trim().toUpperCase() || null);
  return html`<label class="field benchmark">
    Benchmark
    <input size="8" autocapitalize="characters" placeholder="symbol" value=${benchmark.value ?? ""} onChange=${change} data-test="benchmark" />
  </label>`;
}

function Body({ answer, points, from }) {
  if (answer.error && !answer.isCurrent) return html`<${Failed} error=${answer.error} retry=${answer.again} />`;
  if (!answer.data) return html`<${Loading} />`;
  if (!points.length)
    return html`<${Empty} title="No curve yet">Equity is observed with every bar while a position is open.<//>`;
  const after = ({ time }) => from === null || seconds(time) >= from;
  const backtest = answer.data.node ? { ...answer.data.node, curve: answer.data.node.curve.filter(after) } : null;
  const marks = marksOf(answer.data.accountEvents?.nodes ?? []).filter(({ time }) => from === null || time >= from);
  const bars = benchmark.value === null ? null : (answer.data.bars?.nodes ?? []).toReversed();
  return html`<${Charts} points=${points} backtest=${backtest} bars=${bars} marks=${marks} />`;
}

function Charts({ points, backtest, bars, marks }) {
  const [index, setIndex] = useState(null);
  const [asTable, setAsTable] = useState(false);
  const capital = report.value?.session.startingCapital ?? account.value.session.startingCapital;
  const other = backtest?.curve ?? [];
  const data = useMemo(
    () => aligned(points, [scaledTo(other, "equity", capital), scaledTo(bars ?? [], "close", points[0].equity)]),
    [points, backtest, bars, capital],
  );
  const time = index === null ? null : data[0][index];
  const shape = `${dark.value}:${other.length > 0}`;
  return html`
    <${Legend} points=${points} backtest=${backtest} bars=${bars} capital=${capital} time=${time} />
    ${asTable
      ? html`<${Points} points=${points} />`
      : html`
          <${EquityPlot} shape=${shape} data=${data} capital=${capital} marks=${marks} onCursor=${setIndex} label=${summary(points)} />
          <${UnderwaterPlot} shape=${shape} data=${data} onCursor=${setIndex} label=${depth(points)} />
        `}
    <${Marks} marks=${marks} />
    <div class="chart-foot">
      <button type="button" class="quiet small" aria-pressed=${asTable ? "true" : "false"} onClick=${() => setAsTable(!asTable)} data-test="chart-as-table">
        ${asTable ? "Show as a chart" : "Show as a table"}
      </button>
    </div>
  `;
}

const summary = (points) =>
  `Equity from ${money(points[0].equity)} on ${date(points[0].time)} to ${money(points.at(-1).equity)} on ${date(points.at(-1).time)}.`;

function depth(points) {
  const deepest = points.reduce((found, each) => (Number(each.drawdown) > Number(found.drawdown) ? each : found));
  return `Drawdown: at most ${percent(deepest.drawdown)} on ${date(deepest.time)}, ${percent(points.at(-1).drawdown)} at the end.`;
}

/** The figures under the cursor, or the newest, as the API gives them. */
function Legend({ points, backtest, bars, capital, time }) {
  const here = pointAt(points, time);
  const there = backtest?.curve.length ? pointAt(backtest.curve, time) : null;
  return html`<p class="legend" data-test="chart-legend">
    <span class="legend-time">${dateTime(here.time)}</span>
    <span><i class="swatch swatch-paper" aria-hidden="true"></i>Equity <b data-test="legend-equity">${money(here.equity)}</b></span>
    <span>Drawdown <b data-test="legend-drawdown">${percent(here.drawdown)}</b></span>
    ${backtest && html`<span><i class="swatch swatch-backtest" aria-hidden="true"></i><${Beside} backtest=${backtest} there=${there} capital=${capital} /></span>`}
    ${bars && html`<span><i class="swatch swatch-benchmark" aria-hidden="true"></i><${BenchmarkFigure} bars=${bars} time=${time} /></span>`}
  </p>`;
}

/** What the benchmark has come to since its first bar here, held as equity is: from the curve's beginning on. */
function BenchmarkFigure({ bars, time }) {
  if (!bars.length) return html`<span class="muted" data-test="legend-benchmark">no bars of ${benchmark.value} here</span>`;
  const change = Number(pointAt(bars, time).close) / Number(bars[0].close) - 1;
  return html`${benchmark.value} <b data-test="legend-benchmark">${signedPercent(String(change * 100))}</b>`;
}

function Beside({ backtest: { name, curve }, there, capital }) {
  if (!there) return html`${name} <span class="muted">came without a curve${curve.length ? "" : " in this range"}</span>`;
  const scaled = Number(curve[0].equity) !== Number(capital);
  return html`${name} <b data-test="legend-backtest">${money(there.equity)}</b>${scaled && html`<span class="muted">, drawn from the session’s capital</span>`}`;
}

const COLUMNS = [
  { key: "time", label: "Time", head: true, cell: (each) => dateTime(each.time) },
  { key: "equity", label: "Equity", align: "number", cell: (each) => money(each.equity) },
  { key: "drawdown", label: "Drawdown", align: "number", cell: (each) => percent(each.drawdown) },
];

function Points({ points }) {
  const newest = points.slice(-IN_A_TABLE).reverse();
  return html`<div class="chart-table">
    <${Table} caption="Equity, newest first" columns=${COLUMNS} rows=${newest.map((each) => ({ ...each, id: each.time }))} test="table-equity" />
  </div>`;
}

function Marks({ marks }) {
  if (!marks.length) return null;
  return html`<ul class="marks" aria-label="Markers" data-test="chart-marks">
    ${marks.map(
      ({ time, name, note, kind }, index) => html`<li key=${index} data-kind=${kind}>
        <b>${name}</b> ${dateTime(new Date(time * 1_000).toISOString())}${note && html`: ${note}`}
      </li>`,
    )}
  </ul>`;
}
