import { html } from "../kit/html.js";
import { colour, Plot, steps } from "./plot.js";

const EQUITY_HEIGHT = 230;
const DEPTH_HEIGHT = 110;
const AXIS_WIDTH = 74;

const thousands = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2, notation: "compact" });

const written = (format) => (_, ticks) => ticks.map((each) => format(each).replace("-", "−"));

const DAY = 86_400;
const YEAR = "\n{YYYY}";
const DATE = "\n{DD} {MMM} {YYYY}";

/**
 * How times are written where ticks stand so many seconds apart, and what is added where a
 * year or day begins: columns as in uPlot's axis.values.
 */
const TIMES = [
  [365 * DAY, "{YYYY}", null, null, null, null, null, null, 1],
  [28 * DAY, "{MMM}", YEAR, null, null, null, null, null, 1],
  [DAY, "{DD} {MMM}", YEAR, null, null, null, null, null, 1],
  [60, "{HH}:{mm}", DATE, null, DATE, null, null, null, 1],
  [0.001, "{HH}:{mm}:{ss}", DATE, null, DATE, null, null, null, 1],
];

const axis = (more = {}) => ({
  stroke: colour("muted"),
  grid: { stroke: colour("line"), width: 1 },
  ticks: { stroke: colour("line"), width: 1 },
  font: "12px system-ui, sans-serif",
  ...more,
});

const line = (name, more = {}) => ({ stroke: colour(name), width: 1.5, spanGaps: true, paths: steps, points: { show: false }, ...more });

export function EquityPlot({ shape, data, capital, marks, onCursor, label }) {
  const [times, equities, backtest, benchmark] = data;
  return html`<${Plot}
    shape=${shape}
    height=${EQUITY_HEIGHT}
    data=${[times, equities, backtest, benchmark]}
    series=${[{}, line("accent"), line("warn", { dash: [5, 4] }), line("muted")]}
    axes=${[axis({ values: TIMES }), axis({ size: AXIS_WIDTH, values: written(thousands.format) })]}
    scales=${{ x: { time: true } }}
    draw=${(chart) => paint(chart, Number(capital), marks)}
    onCursor=${onCursor}
    label=${label}
    test="plot-equity"
  />`;
}

export function UnderwaterPlot({ shape, data, onCursor, label }) {
  const times = data[0];
  const depths = data.at(-1);
  return html`<${Plot}
    shape=${shape}
    height=${DEPTH_HEIGHT}
    data=${[times, depths]}
    series=${[{}, line("loss", { fill: `${colour("loss-bar")}33` })]}
    axes=${[axis({ show: false }), axis({ size: AXIS_WIDTH, values: written((each) => `${each} %`) })]}
    scales=${{ x: { time: true }, y: { range: (_, low) => [Math.min(low ?? 0, -0.5) * 1.08, 0] } }}
    onCursor=${onCursor}
    label=${label}
    test="plot-drawdown"
  />`;
}

/** The starting capital as a line across, and a line down for each marker. */
function paint(chart, capital, marks) {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.setLineDash([3, 4]);
  ctx.lineWidth = devicePixelRatio;
  ctx.strokeStyle = colour("muted");
  const level = chart.valToPos(capital, "y", true);
  if (level >= bbox.top && level <= bbox.top + bbox.height) stroke(ctx, bbox.left, level, bbox.left + bbox.width, level);
  for (const { time, kind } of marks) {
    const place = chart.valToPos(time, "x", true);
    if (place < bbox.left || place > bbox.left + bbox.width) continue;
    ctx.strokeStyle = colour(kind === "HALTED" ? "loss" : "line-strong");
    stroke(ctx, place, bbox.top, place, bbox.top + bbox.height);
  }
  ctx.restore();
}

function stroke(ctx, x0, y0, x1, y1) {
  ctx.beginPath();
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  ctx.stroke();
}
