import { signal } from "../kit/html.js";

const KEPT = 400;
const UPDATED = "UPDATED";

/** What happened, newest first: {key, stream, cursor, kind, event, occurredAt, recordedAt, at}; marks are no news. */
export const activity = signal([]);

const kindOf = { SIGNAL: (event) => event.signal.status };

/** Adds events where they belong by when they were recorded, each journal event once, however often it was sent. */
export function note(entries) {
  const known = new Set(activity.value.map((each) => each.key));
  const fresh = [];
  for (const { stream, event } of entries) {
    const kind = kindOf[stream]?.(event) ?? event.kind;
    const key = `${stream}:${event.cursor}`;
    if (kind === UPDATED || known.has(key)) continue;
    known.add(key);
    const { cursor, occurredAt, recordedAt } = event;
    fresh.push({ key, stream, kind, event, cursor, occurredAt, recordedAt, at: Date.parse(recordedAt) });
  }
  // After a gap each stream brings its own part of what happened meanwhile.
  if (fresh.length) activity.value = [...fresh.reverse(), ...activity.value].sort((a, b) => b.at - a.at).slice(0, KEPT);
}
