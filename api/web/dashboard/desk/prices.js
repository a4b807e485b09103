import { price } from "../kit/format.js";
import { signal } from "../kit/html.js";

const LEAST = 2;
const MOST = 5;
const UNDER_ONE = 8;

/** How many places the prices of each symbol have, as its market told them so far. */
const known = new Map();

/** The symbols that the desk has prices of, in alphabetical order. */
export const symbols = signal([]);

/** Learns from {symbol, price} of the market. */
export function learnPlaces(quotes) {
  for (const { symbol, price: text } of quotes) {
    const told = text.split(".")[1]?.length ?? 0;
    // What has more places is a binary fraction that somebody wrote out, and says nothing of the instrument.
    const most = Math.abs(Number(text)) < 1 ? UNDER_ONE : MOST;
    known.set(symbol, Math.max(LEAST, known.get(symbol) ?? 0, told > most ? 0 : told));
  }
  if (symbols.value.length !== known.size) symbols.value = [...known.keys()].sort();
}

/** A price with the places of its instrument; where its market is not known yet, with those that are usual. */
export const priceOf = (text, symbol) => price(text, known.get(symbol) ?? usual(text));

/** The smallest step of a price as it is shown: "0.01". */
export const tickOf = (symbol, text) => (10 ** -(known.get(symbol) ?? usual(text))).toFixed(known.get(symbol) ?? usual(text));

function usual(text) {
  const size = Math.abs(Number(text));
  return size >= 1 ? LEAST : size >= 0.01 ? 4 : UNDER_ONE;
}
