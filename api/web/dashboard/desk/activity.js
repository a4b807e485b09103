import { signal } from "../kit/html.js";
import { forgetAmendments } from "./amendments.js";
import { ask } from "./api.js";
import { ACTIVITY } from "./documents.js";

const UPDATED = "UPDATED";
const MOST = 2_000;
const KEPT = 50;
const FIELDS = { POSITION: "positionEvent", TRADE: "tradeEvent", SIGNAL: "signalEvent", ACCOUNT: "accountEvent" };

/** What happened, newest first: {cursor, stream, kind, event, occurredAt}; marks are no news. */
export const activity = signal([]);

/** What the streams brought last that was not known before. */
export const news = signal([]);

/** Where the journal goes on before that: a cursor; null: it does not; undefined: it was not asked yet. */
export const older = signal(undefined);

/** Cursors of one account compare as text, in the order of its journal. */
const laterFirst = (a, b) => (a.cursor < b.cursor ? 1 : -1);

/** Adds events where the journal has them, each once, however often it was sent and whichever stream came first: those. */
function note(entries) {
  const known = new Set(activity.value.map((each) => each.cursor));
  const fresh = [];
  for (const { stream, event } of entries) {
    const { cursor, kind, occurredAt } = event;
    if (kind === UPDATED || known.has(cursor)) continue;
    known.add(cursor);
    fresh.push({ cursor, stream, kind, event, occurredAt });
  }
  if (fresh.length) activity.value = [...fresh, ...activity.value].sort(laterFirst);
  return fresh;
}

/** What the streams brought. A list that has grown too long is begun anew, and the journal asked for what was before. */
export function hear(entries) {
  news.value = note(entries);
  if (activity.value.length <= MOST) return;
  activity.value = activity.value.slice(0, KEPT);
  older.value = undefined;
}

/** Adds a page of the account's journal before what is known of it; the first time, its newest. */
export async function askOlder(account, isStillWanted) {
  const { activity: page } = await ask(ACTIVITY, { account, after: older.value ?? null });
  if (!isStillWanted() || !page) return;
  note(page.nodes.map((node) => ({ stream: node.kind, event: node[FIELDS[node.kind]] })));
  older.value = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
}

export function forgetActivity() {
  forgetAmendments();
  activity.value = [];
  older.value = undefined;
}
