import { amendments } from "../desk/amendments.js";
import { changeOf } from "../desk/changes.js";
import { closingName } from "../desk/exits.js";
import { priceOf } from "../desk/prices.js";
import { money, multiple, quantity, signedMoney, tone, words } from "../kit/format.js";
import { inLabels } from "../kit/labels.js";

const ACCOUNT = {
  OPENED: ({ startingCapital }) => `The account was opened with ${money(startingCapital)}.`,
  ENABLED: () => "The account was enabled: it takes signals again.",
  DISABLED: () => "The account was disabled: it takes no more signals.",
  SETTINGS_CHANGED: () => "The settings were changed.",
  SESSION_STARTED: ({ session, startingCapital }) => `Session ${session} began with ${money(startingCapital)}.`,
  SESSION_ENDED: ({ session }) => `Session ${session} ended.`,
  HALTED: ({ reason }) => `The account was halted: ${reason}.`,
  RESUMED: () => "The halt was lifted.",
};

const POSITION = {
  OPENED: ({ position, fill }) => `${subject(position)} opened: ${quantity(fill.quantity)} at ${priceOf(fill.price, position.symbol)}`,
  REDUCED: ({ position, fill }) =>
    `${subject(position)} reduced ${cause(fill)}: ${quantity(fill.quantity)} at ${priceOf(fill.price, position.symbol)}`,
  STOP_MOVED: ({ position }) => `${subject(position)}: the stop moved to ${priceOf(position.stopLoss, position.symbol)}`,
  AMENDED: ({ position, cursor }) => `${subject(position)} was amended${changes(cursor, position)}`,
  CLOSED: ({ position, fill }) =>
    `${subject(position)} closed, ${closingName(fill, position)}: ${quantity(fill.quantity)} at ${priceOf(fill.price, position.symbol)}${fill.gap ? ", through a gap" : ""}`,
};

const SIGNAL = {
  WORKING: ({ signal }) => `Signal: ${subject(signal)} waits to enter${at(signal)}`,
  EXECUTED: ({ signal }) => `Signal: ${subject(signal)} was executed`,
  REJECTED: ({ signal }) => `Signal: ${subject(signal)} was refused: ${inLabels(signal.error.message)}`,
  CANCELLED: ({ signal }) => `Signal: ${subject(signal)} was cancelled`,
  EXPIRED: ({ signal }) => `Signal: ${subject(signal)} expired`,
  AMENDED: ({ signal, cursor }) => `Signal: ${subject(signal)} was amended${changes(cursor, signal)}`,
};

const STREAMS = {
  ACCOUNT: (kind, event) => ({ text: ACCOUNT[kind](event), tone: kind === "HALTED" ? "loss" : "" }),
  POSITION: (kind, event) => ({ text: POSITION[kind](event) }),
  SIGNAL: (kind, event) => ({ text: SIGNAL[kind](event), tone: kind === "REJECTED" ? "loss" : "" }),
  TRADE: (_, { trade }) => ({
    text: `Trade: ${subject(trade)} ${signedMoney(trade.realizedPnl)}${trade.rMultiple === null ? "" : `, ${multiple(trade.rMultiple)}`}`,
    tone: tone(trade.realizedPnl),
  }),
};

const subject = ({ symbol, side }) => `${symbol} ${side.toLowerCase()}`;
const cause = ({ reason }) => (reason === "MANUAL" ? "by hand" : `at ${words(reason)}`);
const at = ({ symbol, entry, entryPrice }) => (entryPrice === null ? ` (${words(entry)})` : ` (${words(entry)} at ${priceOf(entryPrice, symbol)})`);

/** What an amendment changed, once it is known. */
function changes(cursor, { symbol }) {
  const made = (amendments.value.get(cursor) ?? []).map(({ field, from, to }) => changeOf(field, from, to, symbol));
  return made.length ? ` (${made.map((each) => each[0].toLowerCase() + each.slice(1)).join("; ")})` : "";
}

/** An event in words, and its colour. */
export const told = ({ stream, kind, event }) => STREAMS[stream](kind, event);
