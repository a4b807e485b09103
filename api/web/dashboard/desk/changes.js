import { dateTime, number, price, quantity, words } from "../kit/format.js";
import { LABELS } from "../kit/labels.js";
import { priceOf } from "./prices.js";

const PRICES = new Set(["entryPrice", "stopLoss", "stopDistance", "target1", "target2"]);
const TIMES = new Set(["goodUntil", "expiresAt"]);
const AMOUNTS = new Set(["openQuantity", "quantity"]);

/** What changed of a field, in words: "Stop: 95.00 → 97.02". What differs only in further places is shown with all of them. */
export function changeOf(field, from, to, symbol) {
  const [before, after] = [from, to].map((value) => told(field, value, (text) => priceOf(text, symbol)));
  if (before !== after) return `${LABELS[field]}: ${before} → ${after}`;
  return `${LABELS[field]}: ${told(field, from, price)} → ${told(field, to, price)}`;
}

function told(field, value, at) {
  if (value === null || value === undefined) return "none";
  if (PRICES.has(field)) return at(value);
  if (field === "status") return words(value);
  if (TIMES.has(field)) return dateTime(value);
  if (field === "trailingStop") return typeof value === "string" ? withPrices(value, at) : trail(value, at);
  return AMOUNTS.has(field) ? quantity(value) : String(value);
}

/** The desk's own words for a trailing stop, "2 % behind, from 105 on", whose figures are prices but for percents and R. */
const withPrices = (text, at) => text.replaceAll(/\d+(\.\d+)?(?! [%R]|[.\d])/g, (figure) => at(figure));

function trail({ offset, percent, activation, activationR, step }, at) {
  const behind = offset ? `${at(offset)} behind` : `${number(percent)} % behind`;
  const from = activation ? `, from ${at(activation)} on` : activationR ? `, from ${number(activationR)} R on` : ", at once";
  return `${behind}${from}${step ? `, by ${at(step)} or more` : ""}`;
}
