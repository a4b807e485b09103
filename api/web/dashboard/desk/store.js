import { batch, computed, effect, signal, untracked } from "../kit/html.js";
import { go, NO_DETAIL, place } from "../kit/place.js";
import { activity, forgetActivity } from "./activity.js";
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

/** Grows, at most about once a second, when anything of the chosen account changed. */
export const revision = signal(0);

/** Whether an ended session is looked at: nothing moves in it. */
export const archived = computed(() => {
  const { session } = chosen.value;
  return session !== null && session !== account.value?.session.number;
});

/** Whether the address names a session that the account never had. */
export const unknownSession = computed(
  () => archived.value && Boolean(account.value) && !sessions.value.some(({ number }) => number === chosen.value.session),
);

/** Goes to another account or session: the page follows its address. `walk` is `settle` where it is no step. */
export function choose(changes, walk = go) {
  const { account: name, session } = { ...chosen.value, ...changes };
  walk({ account: name, session: session === null ? null : String(session), ...NO_DETAIL });
}

effect(() => {
  const { account: name, session } = place.value;
  if (name) untracked(() => look({ account: name, session: Number(session) || null }));
});

function look(next) {
  if (next.account === chosen.value.account && next.session === chosen.value.session) return;
  batch(() => {
    if (next.account !== chosen.value.account) forget();
    report.value = null;
    chosen.value = next;
  });
}

function forget() {
  account.value = undefined;
  positions.value = new Map();
  forgetActivity();
  sessions.value = [];
}
