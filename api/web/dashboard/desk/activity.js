import { signal } from "../kit/html.js";

const KEPT = 400;
const UPDATED = "UPDATED";

/** What happened, newest first: {cursor, stream, kind, event, occurredAt}; marks are no news. */
export const activity = signal([]);

const kindOf = { SIGNAL: (event) => event.signal.status };

/** Cursors of one account compare as text, in the order of its journal. */
const laterFirst = (a, b) => (a.cursor < b.cursor ? 1 : -1);

/** Adds events where the journal has them, each once, however often it was sent and whichever stream came first. */
export function note(entries) {
  const known = new Set(activity.value.map((each) => each.cursor));
  const fresh = [];
  for (const { stream, event } of entries) {
    const kind = kindOf[stream]?.(event) ?? event.kind;
    const { cursor, occurredAt } = event;
    if (kind === UPDATED || known.has(cursor)) continue;
    known.add(cursor);
    fresh.push({ cursor, stream, kind, event, occurredAt });
  }
  if (fresh.length) activity.value = [...fresh, ...activity.value].sort(laterFirst).slice(0, KEPT);
}
