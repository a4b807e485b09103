// What happened to the account itself, as far as it belongs to one session: the markers of its curve.

const NAMES = {
  OPENED: "opened",
  ENABLED: "enabled",
  DISABLED: "disabled",
  SESSION_STARTED: "reset",
  SESSION_ENDED: "ended",
  HALTED: "halted",
  RESUMED: "resumed",
};
const BEGINS = new Set(["OPENED", "SESSION_STARTED"]);

/** {time, name, note} of the session with a number; `events` are the account's, newest first. */
export function marksOf(events, number) {
  let session = null;
  const found = [];
  for (const event of [...events].reverse()) {
    if (BEGINS.has(event.kind)) session = event.session;
    if (session === number && event.kind in NAMES)
      found.push({ time: seconds(event.occurredAt), name: NAMES[event.kind], note: event.reason ?? "", kind: event.kind });
  }
  return found;
}

export const seconds = (iso) => Date.parse(iso) / 1_000;
