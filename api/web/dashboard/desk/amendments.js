import { signal } from "../kit/html.js";
import { ask } from "./api.js";

const MOST_AT_ONCE = 25;
const CHANGES = "{ amendments { cursor changes { field from to } } }";
const SUBJECTS = { POSITION: "position", SIGNAL: "signal" };

/** What amendments changed, by the cursors of their events, which tell only what came of them. */
export const amendments = signal(new Map());

/** The cursors of events whose changes were asked for. */
const asked = new Set();

/** Asks what was amended, of those entries of the journal of which that is not known yet; of many, of the first. */
export async function learnAmendments(entries) {
  const isUnknown = ({ kind, cursor }) => kind === "AMENDED" && !asked.has(cursor) && !amendments.value.has(cursor);
  const fresh = entries.filter(isUnknown).slice(0, MOST_AT_ONCE);
  if (!fresh.length) return;
  fresh.forEach(({ cursor }) => asked.add(cursor));
  try {
    const found = await ask(...questionOf(new Set(fresh.map(({ stream, event }) => event[SUBJECTS[stream]].id))));
    const made = Object.values(found).flatMap((subject) => subject?.amendments ?? []);
    amendments.value = new Map([...amendments.value, ...made.map(({ cursor, changes }) => [cursor, changes])]);
  } catch (error) {
    fresh.forEach(({ cursor }) => asked.delete(cursor));
    throw error;
  }
}

/** [document, variables]: one field for each of the ids. */
function questionOf(ids) {
  const numbered = [...ids].map((id, index) => [`id${index}`, id]);
  const fields = numbered.map(([name]) => `${name}: node(id: $${name}) { ... on Position ${CHANGES} ... on Signal ${CHANGES} }`);
  const declared = numbered.map(([name]) => `$${name}: ID!`);
  return [`query Amendments(${declared.join(", ")}) { ${fields.join(" ")} }`, Object.fromEntries(numbered)];
}

export function forgetAmendments() {
  asked.clear();
  amendments.value = new Map();
}
