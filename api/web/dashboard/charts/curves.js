import { seconds } from "./marks.js";

/**
 * Paper's curve, and lines of {time, level} beside it, on one axis of time: [times, equities, ...levels, drawdowns].
 */
export function aligned(paper, lines) {
  const times = [...new Set([paper, ...lines].flat().map(({ time }) => seconds(time)))].sort((a, b) => a - b);
  const place = new Map(times.map((time, index) => [time, index]));
  const column = (points, value) => {
    const found = new Array(times.length).fill(undefined);
    for (const point of points) found[place.get(seconds(point.time))] = value(point);
    return found;
  };
  return [
    times,
    column(paper, ({ equity }) => Number(equity)),
    ...lines.map((points) => column(points, ({ level }) => level)),
    column(paper, ({ drawdown }) => -Number(drawdown)),
  ];
}

/** A line of figures drawn as if it had begun with so much. */
export function scaledTo(points, figure, beginning) {
  const first = Number(points[0]?.[figure]);
  return points.map((point) => ({ ...point, level: (Number(point[figure]) / first) * Number(beginning) }));
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
