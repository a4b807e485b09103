// Exact sums of prices and quantities, which have at most 8 places: a number would round them.

const PLACES = 8;

function scaled(text) {
  const [whole, part = ""] = text.replace("-", "").split(".");
  const units = BigInt(whole + part.padEnd(PLACES, "0").slice(0, PLACES));
  return text.startsWith("-") ? -units : units;
}

function plain(units, places) {
  const digits = String(units < 0n ? -units : units).padStart(places + 1, "0");
  const [whole, part] = [digits.slice(0, -places), digits.slice(-places).replace(/0+$/, "")];
  return `${units < 0n ? "-" : ""}${whole}${part && `.${part}`}`;
}

export const times = (a, b) => plain(scaled(a) * scaled(b), 2 * PLACES);
export const plus = (a, b) => plain(scaled(a) + scaled(b), PLACES);
export const minus = (a, b) => plain(scaled(a) - scaled(b), PLACES);
export const distance = (a, b) => minus(a, b).replace("-", "");

/** So many percent of a quantity, down to its step of so many places. */
export function share(quantity, percent, places) {
  const step = 10n ** BigInt(PLACES - places);
  const units = (scaled(quantity) * scaled(percent)) / (100n * 10n ** BigInt(PLACES));
  return plain((units / step) * step, PLACES);
}
