import { isWhole, wayOfStop } from "../detail/stops.js";

const seconds = (iso) => Date.parse(iso) / 1_000;

/** Every fill of the positions, with the position: {id, position, fill, isBuy}. */
export const fillsOf = (positions) =>
  positions.flatMap((position) =>
    position.fills.map((fill, index) => ({
      id: `${position.id}:${index}`,
      position,
      fill,
      isBuy: (position.side === "LONG") === (fill.reason === "ENTRY"),
    })),
  );

/** The place of a fill: where its bar opened beyond the level, that bar begins then; else it has just ended. */
export const placeOfFill = (series, { time, gap }) => series.placeOf(seconds(time), gap);

/**
 * Where the stop of each position stood, as steps between places; a time without a stop parts the line. Of what is closed
 * only those are drawn whose moves are all known.
 */
export function waysOf(positions, series) {
  return positions.flatMap((position) => {
    const last = position.isOpen ? series.last + 1 : placeOfFill(series, position.fills.at(-1)) + 0.5;
    const way = wayOfStop(position);
    if (!position.isOpen && !isWhole(way, position)) return [];
    const steps = way.map(({ time, at }, index) => ({
      from: series.placeOf(seconds(time)) + 0.5,
      to: index + 1 < way.length ? series.placeOf(seconds(way[index + 1].time)) + 0.5 : last,
      at: at === null ? null : Number(at),
    }));
    return wholeParts(steps);
  });
}

function wholeParts(steps) {
  const parts = [[]];
  for (const step of steps) {
    if (step.at === null) parts.push([]);
    else parts.at(-1).push(step);
  }
  return parts.filter((part) => part.length);
}

const LEVELS = [
  { field: "entryPrice", form: null, name: "entry", colour: "muted" },
  { field: "stopLoss", form: "stop", name: "stop", colour: "loss" },
  { field: "target1", form: "target1", name: "target 1", colour: "gain" },
  { field: "target2", form: "target2", name: "target 2", colour: "gain" },
];

/** The levels of what is open: {id, position, field, form, name, text, at, colour}; `form` is the order's field that moves it, if one can. */
export const levelsOf = (positions, isFixed) =>
  positions
    .filter(({ isOpen }) => isOpen)
    .flatMap((position) =>
      LEVELS.filter(({ field }) => isStanding(position, field)).map(({ field, form, name, colour }) => ({
        id: `${position.id}:${field}`,
        position,
        field,
        form: isFixed ? null : form,
        name,
        text: position[field],
        at: Number(position[field]),
        colour,
      })),
    );

/** Target 1 is behind once something has left at it. */
const isStanding = (position, field) => position[field] !== null && !(field === "target1" && position.status === "TARGET_1_HIT");
