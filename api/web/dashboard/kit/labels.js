/** What the page calls the fields of an order, by the names that the API has for them. */
export const LABELS = {
  status: "Status",
  openQuantity: "Open",
  assetClass: "Kind",
  entryPrice: "Entry price",
  marketPrice: "Price now",
  timeInForce: "Time in force",
  goodUntil: "Good until",
  quantity: "Quantity",
  riskPercent: "Size in % risk",
  stopLoss: "Stop",
  stopDistance: "Stop away",
  stopPercent: "Stop % away",
  target1: "Target 1",
  target1R: "Target 1 in R",
  target2: "Target 2",
  target2R: "Target 2 in R",
  trailingStop: "Trailing stop",
  "trailingStop.offset": "Trailing stop",
  "trailingStop.percent": "Trailing stop in %",
  "trailingStop.activation": "Trail from",
  "trailingStop.activationR": "Trail from, in R",
  "trailingStop.step": "Trail in steps of",
  expiresAt: "Close at the latest",
  campaignId: "Campaign",
  note: "Note",
};

/** Names that are no English words; "quantity" and "note" mean in a sentence what they say. */
const NAMES = Object.keys(LABELS).filter((name) => /[A-Z0-9.]/.test(name));
const longestFirst = NAMES.sort((a, b) => b.length - a.length).map((name) => name.replace(".", "\\."));
const NAMED = new RegExp(`\\b(${longestFirst.join("|")})\\b`, "g");

/** A sentence of the desk with the page's labels in place of the API's names of fields. */
export const inLabels = (message) => message.replaceAll(NAMED, (name) => `“${LABELS[name]}”`);
