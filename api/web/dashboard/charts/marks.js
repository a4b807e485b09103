// What happened to the account itself in one session: the markers of its curve.

const NAMES = {
  OPENED: "opened",
  ENABLED: "enabled",
  DISABLED: "disabled",
  SESSION_STARTED: "reset",
  SESSION_ENDED: "ended",
  HALTED: "halted",
  RESUMED: "resumed",
};

/** {time, name, note, kind} in order of time; `events` are the session's, newest first. */
export const marksOf = (events) =>
  events
    .filter(({ kind }) => kind in NAMES)
    .map(({ kind, reason, occurredAt }) => ({ time: seconds(occurredAt), name: NAMES[kind], note: reason ?? "", kind }))
    .reverse();

export const seconds = (iso) => Date.parse(iso) / 1_000;
