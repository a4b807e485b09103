import { changeOf } from "../desk/changes.js";
import { words } from "../kit/format.js";
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

const change = (field, record, changes) => changeOf(field, record[field], changes[field], record.symbol);

const differences = (fields) => (seen, record) =>
  fields
    .filter((field) => JSON.stringify(seen[field]) !== JSON.stringify(record[field]))
    .map((field) => changeOf(field, seen[field], record[field], record.symbol));

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
