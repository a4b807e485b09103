import { computed, signal } from "../kit/html.js";

const STALE_AFTER = 10_000;
const RECENT = 2 * 86_400_000;

/** The time, once a second, for ages on screen. */
export const now = signal(Date.now());
setInterval(() => (now.value = Date.now()), 1_000);

/** Whether the desk can be heard, when it was first and last heard of the market, and its own clock (market time). */
export const link = signal({ state: "connecting", since: Date.now(), message: null });
export const lastDataAt = signal(null);
const openedAt = signal(null);
export const clock = signal(null);

/** When the newest price of any symbol is of; null: there is none. */
export const newestBar = signal(null);

/** {state: "connecting" | "live" | "stale" | "lost" | "unauthorized", age, lastDataAt, since, message, marketClosed}. */
export const connection = computed(() => {
  const since = (time) => (time === null ? null : Math.max(0, now.value - time));
  const age = since(lastDataAt.value);
  const silence = since(lastDataAt.value ?? openedAt.value);
  const quiet = link.value.state === "live" && silence !== null && silence > STALE_AFTER;
  return {
    ...link.value,
    state: quiet ? "stale" : link.value.state,
    age: quiet ? silence : age,
    lastDataAt: lastDataAt.value,
    marketClosed: quiet && isClosed(clock.value),
    marketAge: newestBar.value !== null && now.value - newestBar.value > RECENT ? now.value - newestBar.value : null,
  };
});

/** An account is on screen: how old its data were then is not known, only that none came since. */
export function opened() {
  openedAt.value ??= Date.now();
}

export function forget() {
  openedAt.value = null;
  newestBar.value = null;
  lastDataAt.value = null;
}

/** New data of the market have come. */
export function heard() {
  lastDataAt.value = Date.now();
  if (now.value < lastDataAt.value) now.value = lastDataAt.value;
}

export function become(state, message = null) {
  if (link.value.state === state && link.value.message === message) return;
  const since = link.value.state === state ? link.value.since : Date.now();
  link.value = { state, message, since };
}

const NEW_YORK = new Intl.DateTimeFormat("en-US", {
  timeZone: "America/New_York",
  weekday: "short",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

/** Whether New York's exchanges are shut by their usual hours; a desk on recorded time has no such hours. */
function isClosed(iso) {
  if (iso === null || Math.abs(Date.parse(iso) - now.value) > RECENT) return false;
  const parts = Object.fromEntries(NEW_YORK.formatToParts(now.value).map(({ type, value }) => [type, value]));
  const minutes = Number(parts.hour) * 60 + Number(parts.minute);
  return parts.weekday.startsWith("S") || minutes < 9 * 60 + 30 || minutes >= 16 * 60;
}
