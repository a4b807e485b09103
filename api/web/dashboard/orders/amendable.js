import { dateTime, number, price, quantity, words } from "../kit/format.js";
import { html } from "../kit/html.js";
import { Figure, Instant } from "./controls.js";
import { isPriced, OF_A_POSITION, OF_A_SIGNAL, waits } from "./form.js";
import { LevelFields, MoreFields, Note } from "./level-fields.js";

// What can be amended: how it is looked at, assessed, amended and told, of positions and of signals.

const ERRORS = "errors { code message field limit actual }";
const ASSESSMENT = `accepted tradeRiskPercent campaignRiskPercent heatPercent ${ERRORS}`;
const LIMITS = "heatPercent settings { maxTradeRiskPercent maxCampaignRiskPercent maxHeatPercent }";
const OPEN = `... on Position {
  id symbol side status openQuantity entryPrice stopLoss target1 target2 expiresAt note trailingStop { offset activation step }
}`;
const WAITING = `... on Signal {
  id signalId symbol side status entry entryPrice quantity riskPercent stopLoss stopDistance stopPercent target1 target1R target2 target2R
  goodUntil timeInForce expiresAt note trailingStop { offset percent activation activationR step }
}`;

const documents = (name, input, preview, fields) => ({
  look: `query Look($account: String!, $id: ID!) { account(name: $account) { cursor } node(id: $id) { ${fields} } }`,
  assess: `query Assess($input: ${input}!, $same: ${input}!, $account: String!, $id: ID!) {
    now: ${preview}(input: $same) { ${ASSESSMENT} }
    then: ${preview}(input: $input) { ${ASSESSMENT} }
    account(name: $account) { ${LIMITS} }
    node(id: $id) { ${fields} }
  }`,
  amend: `mutation Amend($input: ${input}!) { ${name}(input: $input) { ${ERRORS} } }`,
  field: name,
});

const LABELS = {
  status: "Status",
  openQuantity: "Open",
  entryPrice: "Entry price",
  stopLoss: "Stop",
  stopDistance: "Stop away from the fill",
  stopPercent: "Stop in percent of the fill",
  target1: "Target 1",
  target1R: "Target 1 in R",
  target2: "Target 2",
  target2R: "Target 2 in R",
  trailingStop: "Trailing stop",
  quantity: "Quantity",
  riskPercent: "Risk in percent",
  goodUntil: "Good until",
  expiresAt: "Closed at the latest",
  note: "Note",
};
const PRICES = new Set(["entryPrice", "stopLoss", "stopDistance", "target1", "target2"]);
const TIMES = new Set(["goodUntil", "expiresAt"]);

function told(field, value) {
  if (value === null || value === undefined) return "none";
  if (PRICES.has(field)) return price(value);
  if (field === "status") return words(value);
  if (TIMES.has(field)) return dateTime(value);
  if (field === "trailingStop") return trail(value);
  return field === "openQuantity" || field === "quantity" ? quantity(value) : String(value);
}

function trail({ offset, percent, activation, activationR, step }) {
  const behind = offset ? `${price(offset)} behind` : `${number(percent)} % behind`;
  const from = activation ? ` from ${price(activation)}` : activationR ? ` from ${number(activationR)} R` : "";
  return `${behind}${from}${step ? `, in steps of ${price(step)}` : ""}`;
}

const change = (field, record, changes) => `${LABELS[field]}: ${told(field, record[field])} → ${told(field, changes[field])}`;

const differences = (fields) => (seen, record) =>
  fields
    .filter((field) => JSON.stringify(seen[field]) !== JSON.stringify(record[field]))
    .map((field) => `${LABELS[field]}: ${told(field, seen[field])} → ${told(field, record[field])}`);

export const POSITION = {
  ...documents("amendPosition", "AmendPositionInput", "previewAmendment", OPEN),
  fields: OF_A_POSITION,
  name: ({ id }) => ({ positionId: id }),
  unchanged: ({ stopLoss }) => ({ stopLoss }),
  change,
  differences: differences(["status", "openQuantity", ...OF_A_POSITION]),
  consequence: "It counts for bars that start from now on; a bar under way meets the levels from before.",
  title: ({ symbol, side }) => `Amend ${symbol} ${side.toLowerCase()}`,
  done: ({ symbol }) => `${symbol} was amended.`,
  test: "dialog-amend",
  Fields: ({ order }) => html`
    <div class="order-fields"><${LevelFields} order=${order} isRelative=${false} focus="stop" /></div>
    <${MoreFields} order=${order} hasCampaign=${false} />
    <${Note} order=${order} />
  `,
};

export const SIGNAL = {
  ...documents("amendSignal", "AmendSignalInput", "previewSignalAmendment", WAITING),
  fields: OF_A_SIGNAL,
  name: ({ signalId }) => ({ signalId }),
  unchanged: ({ note }) => ({ note }),
  change,
  differences: differences(["status", ...OF_A_SIGNAL]),
  consequence: "It is checked anew, and keeps its place; a bar under way meets it as it was.",
  title: ({ symbol, side, entry }) => `Amend the ${words(entry)} on ${symbol}, ${side.toLowerCase()}`,
  done: ({ symbol }) => `The signal on ${symbol} was amended.`,
  test: "dialog-amend-signal",
  Fields: ({ order, record }) => html`
    <div class="order-fields">
      ${isPriced(record) && html`<${Figure} label="Entry price" name="entryPrice" order=${order} focus />`}
      <${Figure} label="Size" name="size" by="sizeBy" order=${order} />
      <${LevelFields} order=${order} />
      ${waits(record) && record.timeInForce === "GTD" && html`<${Instant} label="Good until" name="goodUntil" order=${order} />`}
    </div>
    <${MoreFields} order=${order} hasCampaign=${false} />
    <${Note} order=${order} />
  `,
};
