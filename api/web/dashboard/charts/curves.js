import { seconds } from "./marks.js";

/** Paper's and a backtest's curve on one axis of time: [times, equities, the backtest's equities, drawdowns]. */
export function aligned(paper, other, capital) {
  const scaled = scaledTo(other, capital);
  const times = [...new Set([...paper, ...other].map(({ time }) => seconds(time)))].sort((a, b) => a - b);
  const place = new Map(times.map((time, index) => [time, index]));
  const columns = [paper, scaled, paper].map(() => new Array(times.length).fill(undefined));
  for (const point of paper) {
    columns[0][place.get(seconds(point.time))] = Number(point.equity);
    columns[2][place.get(seconds(point.time))] = -Number(point.drawdown);
  }
  for (const point of scaled) columns[1][place.get(seconds(point.time))] = point.level;
  return [times, ...columns];
}

/** A backtest that began with another capital is drawn as if it had begun with the session's. */
function scaledTo(points, capital) {
  const first = Number(points[0]?.equity);
  return points.map((point) => ({ ...point, level: (Number(point.equity) / first) * Number(capital) }));
}

/** The point at or before a time. */
export function pointAt(points, time) {
  if (time === null || !points.length) return points.at(-1) ?? null;
  let low = 0;
  let high = points.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (seconds(points[middle].time) <= time) low = middle;
    else high = middle - 1;
  }
  return points[low];
}
