import { activity, askOlder, older } from "../desk/activity.js";
import { DeskError } from "../desk/api.js";
import { priceOf } from "../desk/prices.js";
import { chosen } from "../desk/store.js";
import { dateTime } from "../kit/format.js";
import { html, useEffect, useState } from "../kit/html.js";

const PAGES_AT_ONCE = 10;
const STOP_FIELDS = new Set(["stopLoss"]);

/** Where a position's stop stood, from its entry on: {time, at, how}; moves by the price as far back as the journal was read. */
export function wayOfStop({ id, entryTime, initialStopLoss, amendments }) {
  const moved = activity.value
    .filter(({ stream, kind, event }) => stream === "POSITION" && kind === "STOP_MOVED" && event.position.id === id)
    .map(({ occurredAt, event }) => ({ time: occurredAt, at: event.position.stopLoss, how: "moved with the price (R26)" }));
  const amended = amendments.flatMap(({ time, changes }) =>
    changes.filter(({ field }) => STOP_FIELDS.has(field)).map(({ to }) => ({ time, at: to, how: "amended by hand (R41)" })),
  );
  const later = [...moved, ...amended].sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
  return [{ time: entryTime, at: initialStopLoss, how: "at the entry" }, ...later];
}

/** Whether all moves of a position's stop are known. */
export const isWhole = (way, { stopLoss }) => way.at(-1).at === stopLoss;

/**
 * Reads the journal back to the entries of positions whose stop moved, since moves by the price are told nowhere else:
 * {error, retry, further}. So many pages are read by themselves; `further` reads as many again, null: there is no need.
 */
export function useWayBack(positions) {
  const [error, setError] = useState(null);
  const [pages, setPages] = useState(0);
  const isEnough = pages === PAGES_AT_ONCE;
  const oldest = activity.value.at(-1);
  const isUnread = ({ stopLoss, initialStopLoss, entryTime }) =>
    stopLoss !== initialStopLoss && !(oldest && oldest.occurredAt < entryTime);
  const missing = older.value !== null && positions.some(isUnread);
  useEffect(() => {
    if (!missing || error || isEnough) return;
    setPages(pages + 1);
    const { account: name } = chosen.value;
    askOlder(name, () => chosen.value.account === name).catch((reason) => {
      if (!(reason instanceof DeskError)) throw reason;
      setError(reason);
    });
  }, [missing, older.value, error, isEnough]);
  return { error, retry: () => setError(null), further: missing && isEnough ? () => setPages(0) : null };
}

export function StopsWay({ position, children }) {
  const way = wayOfStop(position);
  const { symbol, stopLoss } = position;
  const complete = isWhole(way, position);
  return html`<ol class="way" data-test="story-stop">
      ${way.map(({ time, at, how }, index) => html`<li key=${index}>
        <time datetime=${time}>${dateTime(time)}</time> <b>${at === null ? "no stop" : priceOf(at, symbol)}</b> <span class="muted">${how}</span>
      </li>`)}
      ${!complete && html`<li><span>last</span> <b>${stopLoss === null ? "no stop" : priceOf(stopLoss, symbol)}</b></li>`}
    </ol>
    ${!complete && children}`;
}
