import { signal } from "./html.js";

/**
 * What the address's fragment says: `#account=default&session=2&tab=trades&beside=…&symbol=AAPL`, and at most one of
 * `position`, `trade` and `signal`, the id of a signal whose story is open.
 */
const read = () => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));

export const place = signal(read());
addEventListener("popstate", () => (place.value = read()));

/** Goes elsewhere: a step that the browser's back undoes. null removes. */
export const go = (changes) => move(changes, "pushState", null);

/** Changes what the address says of where the page is already, without a step. */
export const settle = (changes) => move(changes, "replaceState", history.state);

/** No story is open. */
export const NO_DETAIL = { position: null, trade: null, signal: null };

/** The story of a "position", a "trade" or a "signal" is open, by the signal's id. */
export const detailOf = (kind, signalId) => ({ ...NO_DETAIL, [kind]: signalId });

export const openDetail = (kind, signalId) => move(detailOf(kind, signalId), "pushState", { opened: true });

/** The story that is open, as {kind, signalId}; null: none. */
export function openDetailOf() {
  const kind = Object.keys(NO_DETAIL).find((name) => place.value[name]);
  return kind ? { kind, signalId: place.value[kind] } : null;
}

/** Closes a story, if it is still open: a step back if it was opened here, and never out of the page. */
export function closeDetail(signalId) {
  if (openDetailOf()?.signalId !== signalId) return;
  if (history.state?.opened) history.back();
  else settle(NO_DETAIL);
}

/** The address of the page with such changes. */
export const addressOf = (changes) => `#${new URLSearchParams(changed(changes))}`;

function move(changes, step, state) {
  const fragment = addressOf(changes);
  if (fragment === addressOf({})) return;
  history[step](state, "", fragment);
  place.value = changed(changes);
}

const changed = (changes) =>
  Object.fromEntries(Object.entries({ ...place.value, ...changes }).filter(([, value]) => value !== null));
