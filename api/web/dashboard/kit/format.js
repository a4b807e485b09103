// Figures arrive as decimal strings and are formatted as such: Intl rounds a string exactly, a number it would not.

const NONE = "–";
const LOCALE = "en-US";
const formats = new Map();

function format(text, options) {
  if (text === null || text === undefined) return NONE;
  const key = JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.NumberFormat(LOCALE, options));
  return formats.get(key).format(text).replace("-", "−");
}

const places = (least, most = least) => ({ minimumFractionDigits: least, maximumFractionDigits: most });
const SIGNED = { signDisplay: "exceptZero" };
const DOLLARS = { style: "currency", currency: "USD", ...places(2) };

export const money = (text) => format(text, DOLLARS);
export const signedMoney = (text) => format(text, { ...DOLLARS, ...SIGNED });
/** "+$1.3K": where there is room for no more. */
export const compactMoney = (text) => format(text, { style: "currency", currency: "USD", notation: "compact", ...SIGNED });
/** A cost, as what it takes from a result. */
export const signedCost = (text) => signedMoney(text && `-${text}`);
export const number = (text, digits = 2) => format(text, places(digits));
export const signed = (text, digits = 2) => format(text, { ...places(digits), ...SIGNED });
export const quantity = (text) => format(text, places(0, 8));
/** A price with so many places; without a number of them with all that it has. */
export const price = (text, digits = null) => format(text, digits === null ? places(2, 8) : places(digits));
export const count = (value) => format(value, places(0));

function withUnit(text, unit) {
  return text === NONE ? NONE : `${text}${unit}`;
}

export const percent = (text, digits = 2) => withUnit(number(text, digits), " %");
export const signedPercent = (text, digits = 2) => withUnit(signed(text, digits), " %");
export const multiple = (text) => withUnit(signed(text, 2), " R");

/** -1, 0 or 1: which way a figure points, for its colour. */
export function sign(text) {
  if (text === null || text === undefined || !/[1-9]/.test(text)) return 0;
  return String(text).startsWith("-") ? -1 : 1;
}

/** The colour of a figure as it is shown: what rounds to nothing has none. */
export function tone(text, digits = 2) {
  const shown = text === null || text === undefined ? null : format(text, places(digits)).replace("−", "-");
  return ["loss", "", "gain"][sign(shown) + 1];
}

const AGES = [
  [31_557_600_000, "y"],
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
];

export function age(milliseconds) {
  if (milliseconds === null || milliseconds === undefined || Number.isNaN(milliseconds)) return NONE;
  const [length, unit] = AGES.find(([each]) => milliseconds >= each) ?? [1_000, "s"];
  return `${Math.max(0, Math.floor(milliseconds / length))} ${unit}`;
}

const SPANS = [
  [31_557_600_000, "year"],
  [2_629_800_000, "month"],
  [86_400_000, "day"],
  [3_600_000, "hour"],
  [60_000, "minute"],
  [1_000, "second"],
];

/** "2 years 9 months", "3 minutes": a span in words, by its largest unit and, of what is long, the next. */
export function duration(milliseconds) {
  const at = SPANS.findIndex(([length]) => milliseconds >= length);
  if (at < 0) return "0 seconds";
  const [[length, unit], next] = [SPANS[at], SPANS[at + 1]];
  const whole = Math.floor(milliseconds / length);
  const rest = at <= 3 ? Math.floor((milliseconds - whole * length) / next[0]) : 0;
  return rest ? `${plural(whole, unit)} ${plural(rest, next[1])}` : plural(whole, unit);
}

const UTC = { timeZone: "UTC", year: "numeric", month: "short", day: "2-digit" };
const day = new Intl.DateTimeFormat("en-GB", UTC);
const minute = new Intl.DateTimeFormat("en-GB", { ...UTC, hour: "2-digit", minute: "2-digit" });

export const date = (iso) => (iso ? day.format(new Date(iso)) : NONE);
export const dateTime = (iso) => (iso ? `${minute.format(new Date(iso))} UTC` : NONE);

/** "1 open position", "4 open positions". */
export const plural = (many, one, more = `${one}s`) => `${count(many)} ${Number(many) === 1 ? one : more}`;

/** The words of an enumeration's value: TARGET_1 is "target 1"; abbreviations stay as they are. */
const ABBREVIATIONS = new Set(["SOS", "LPS", "UTAD"]);
export function words(value) {
  if (!value) return NONE;
  return ABBREVIATIONS.has(value) ? value : value.toLowerCase().replaceAll("_", " ");
}
