import { signal } from "./html.js";

/** What the address's fragment remembers: `#account=default&tab=trades`. */
const read = () => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));

export const place = signal(read());
addEventListener("hashchange", () => (place.value = read()));

/** Changes some of it, without a step in the browser's history; null removes. */
export function go(changes) {
  const kept = Object.entries({ ...place.value, ...changes }).filter(([, value]) => value !== null);
  place.value = Object.fromEntries(kept);
  history.replaceState(null, "", `#${new URLSearchParams(place.value)}`);
}
