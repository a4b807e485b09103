import { inLabels } from "../kit/labels.js";

// An order as it is typed, texts all of it, and as the API is sent it.

/** An order of which nothing is typed yet. */
export const BLANK = {
  symbol: "",
  side: "LONG",
  assetClass: "STOCK",
  entry: "MARKET",
  entryPrice: "",
  marketPrice: "",
  timeInForce: "GTC",
  goodUntil: "",
  sizeBy: "riskPercent",
  size: "",
  stopBy: "stopLoss",
  stop: "",
  target1By: "target1",
  target1: "",
  target2By: "target2",
  target2: "",
  trailBy: "offset",
  trail: "",
  activationBy: "activation",
  activation: "",
  step: "",
  expiresAt: "",
  campaignId: "",
  note: "",
};

const PRICED = new Set(["LIMIT", "STOP"]);
export const isPriced = ({ entry }) => PRICED.has(entry);
export const waits = ({ entry }) => entry !== "MARKET";

const instant = (text) => text && `${text}${text.length === 16 ? ":00" : ""}Z`;
const asTyped = (iso) => (iso ? iso.replace(/(:00)?(\.\d+)?Z$/, "") : "");

const given = (fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== "" && value !== null));

/** The fields of ExecuteSignalInput that were given. */
export function inputOf(form) {
  const isTimed = waits(form);
  return given({
    symbol: form.symbol,
    side: form.side,
    assetClass: form.assetClass,
    entry: form.entry,
    entryPrice: isPriced(form) ? form.entryPrice : "",
    marketPrice: isTimed ? "" : form.marketPrice,
    timeInForce: isTimed ? form.timeInForce : "",
    goodUntil: isTimed && form.timeInForce === "GTD" ? instant(form.goodUntil) : "",
    [form.sizeBy]: form.size,
    ...managed(form),
  });
}

/** Those that a position has too. */
function managed(form) {
  return {
    [form.stopBy]: form.stop,
    [form.target1By]: form.target1,
    [form.target2By]: form.target2,
    trailingStop: trailOf(form),
    expiresAt: instant(form.expiresAt),
    campaignId: form.campaignId.trim(),
    note: form.note.trim(),
  };
}

function trailOf(form) {
  if (!form.trail) return null;
  return given({ [form.trailBy]: form.trail, [form.activationBy]: form.activation, step: form.step });
}

/** A signal or a position as it would have been typed. */
export function formOf(record) {
  const trail = record.trailingStop ?? {};
  return {
    ...BLANK,
    ...Object.fromEntries(Object.keys(BLANK).map((name) => [name, record[name] ?? BLANK[name]])),
    goodUntil: asTyped(record.goodUntil),
    expiresAt: asTyped(record.expiresAt),
    ...first("size", record, ["quantity", "riskPercent"]),
    ...first("stop", record, ["stopLoss", "stopDistance", "stopPercent"]),
    ...first("target1", record, ["target1", "target1R"]),
    ...first("target2", record, ["target2", "target2R"]),
    ...first("trail", trail, ["offset", "percent"]),
    ...first("activation", trail, ["activation", "activationR"]),
    step: trail.step ?? "",
  };
}

/** Which of several fields holds the figure, and the figure; the first where none does. */
function first(name, record, fields) {
  const found = fields.find((field) => record[field] ?? null) ?? fields[0];
  return { [`${name}By`]: found, [name]: record[found] ?? "" };
}

/** What an amendment is sent: of these fields those that differ; null takes away. */
export function changesOf(before, after, fields) {
  const [was, is] = [inputOf(before), inputOf(after)];
  const differing = fields.filter((field) => JSON.stringify(was[field]) !== JSON.stringify(is[field]));
  return Object.fromEntries(differing.map((field) => [field, is[field] ?? null]));
}

export const OF_A_POSITION = ["stopLoss", "target1", "target2", "trailingStop", "expiresAt", "note"];
export const OF_A_SIGNAL = [
  "entryPrice",
  "stopLoss",
  "stopDistance",
  "stopPercent",
  "target1",
  "target1R",
  "target2",
  "target2R",
  "trailingStop",
  "quantity",
  "riskPercent",
  "goodUntil",
  "expiresAt",
  "note",
];

const SYMBOL = /^[A-Z0-9^][A-Z0-9.\-/:_^=&]{0,31}$/;
const AMOUNTS = ["entryPrice", "marketPrice", "size", "stop", "target1", "target2", "trail", "activation", "step"];
export const MALFORMED = "Write a number above 0, such as 2.5, with at most 8 places.";

export const isAmount = (text) => /^\d{1,10}(\.\d{1,8})?$/.test(text) && /[1-9]/.test(text);

/** What is wrong with what was typed, by field; what is not typed yet is no fault. */
export function malformed(form) {
  const amounts = AMOUNTS.filter((name) => form[name] && !isAmount(form[name])).map((name) => [name, MALFORMED]);
  const faults = Object.fromEntries(amounts);
  if (form.symbol && !SYMBOL.test(form.symbol)) faults.symbol = "Write a ticker: capitals and digits, such as AAPL.";
  if (!form.trail && (form.activation || form.step)) faults.trail = "Say how far behind the stop follows.";
  return faults;
}

/** What is missing of an order that is to be sent, by field. */
export function missing(form) {
  const faults = {};
  if (!form.symbol) faults.symbol = "Which symbol?";
  if (!form.size) faults.size = form.sizeBy === "quantity" ? "How many?" : "How much of equity may it risk?";
  if (isPriced(form) && !form.entryPrice) faults.entryPrice = "At which price?";
  if (waits(form) && form.timeInForce === "GTD" && !form.goodUntil) faults.goodUntil = "Until when?";
  return faults;
}

const TYPED_IN = {
  quantity: "size",
  riskPercent: "size",
  stopLoss: "stop",
  stopDistance: "stop",
  stopPercent: "stop",
  target1R: "target1",
  target2R: "target2",
  trailingStop: "trail",
};

/** The refusals of the desk that blame a field, by field. */
export function blamed(errors, fields = Object.keys(BLANK)) {
  const pairs = errors.flatMap(({ field, message }) => (field ?? []).map((name) => [TYPED_IN[name] ?? name, inLabels(message)]));
  return Object.fromEntries(pairs.filter(([name]) => fields.includes(name)));
}
