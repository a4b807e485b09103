import { batch, computed, effect, signal, untracked } from "../kit/html.js";
import { go, place } from "../kit/place.js";
import { activity } from "./activity.js";
import { connection } from "./freshness.js";
import { token, unauthorized } from "./token.js";

export { activity, connection, token, unauthorized };

/** Which account is looked at; `session` is the number of an ended one, or null for the one that runs. */
export const chosen = signal({ account: place.value.account ?? null, session: Number(place.value.session) || null });

/** The chosen account in its running session; null: there is none of that name; undefined: not known yet. */
export const account = signal(undefined);
export const accounts = signal([]);
export const sessions = signal([]);

/** Open positions by id. */
export const positions = signal(new Map());

/** Performance of the chosen session; null: no session yet. */
export const report = signal(null);
export const eligibility = computed(() => report.value?.liveEligibility ?? null);

/** Why figures could not be asked for; null: they could. */
export const trouble = signal(null);

/** Grows, at most about once a second, when anything of the chosen account changed. */
export const revision = signal(0);

/** Whether an ended session is looked at: nothing moves in it. */
export const archived = computed(() => chosen.value.session !== null);

export function choose(changes) {
  const next = { ...chosen.value, ...changes };
  if (next.account === chosen.value.account && next.session === chosen.value.session) return;
  batch(() => {
    if (next.account !== chosen.value.account) forget();
    report.value = null;
    chosen.value = next;
  });
  go({ account: next.account, session: next.session === null ? null : String(next.session) });
}

function forget() {
  account.value = undefined;
  positions.value = new Map();
  activity.value = [];
  sessions.value = [];
}

effect(() => {
  const { account: name, session } = place.value;
  if (name) untracked(() => choose({ account: name, session: Number(session) || null }));
});
