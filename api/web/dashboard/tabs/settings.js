import { useAnswer } from "../desk/answer.js";
import { ask } from "../desk/api.js";
import { archived, chosen } from "../desk/store.js";
import { confirmation } from "../kit/dialog.js";
import { html, useState } from "../kit/html.js";
import { Empty, Refusals } from "../kit/states.js";
import { Answered } from "./answered.js";
import { Field } from "./setting.js";
import { FIELDS, GROUPS } from "./settings-fields.js";

const WHOLE = `settings {
  startingCapital useRealisticFills leverage maxTradeRiskPercent maxCampaignRiskPercent maxHeatPercent maxPriceAgeSeconds
  scaleOutPercent breakEvenAfterTarget1 intrabar limitFill maxHoldingDays maxDailyLossPercent maxDrawdownPercent periodsPerYear timezone
  slippage { model percent perShare volumeLimit priceImpact } commission { model rate minimum maximumPercent }
}`;
const SETTINGS = `query Settings($account: String!) { account(name: $account) { ${WHOLE} } }`;
const UPDATE = `mutation UpdateSettings($input: UpdateSettingsInput!) {
  updateSettings(input: $input) { account { name } errors { code message field limit actual } }
}`;

const update = async (account, settings) =>
  (await ask(UPDATE, { input: { account, settings } })).updateSettings.errors;

/** The account's settings as a form: only what was changed is sent, so that nothing else is. */
export function SettingsTab() {
  const { account } = chosen.value;
  const answer = useAnswer(SETTINGS, { account });
  if (archived.value)
    return html`<${Empty} title="This session has ended">Settings are the account's: go back to the running session to change them.<//>`;
  return html`<${Answered} answer=${answer}>
    ${({ account: { settings } }) => html`<${Form} account=${account} settings=${settings} again=${answer.again} />`}
  <//>`;
}

function Form({ account, settings, again }) {
  const [edits, setEdits] = useState({});
  const [outcome, setOutcome] = useState({ errors: [], saved: false, busy: false });
  const inForce = (field) => field.read(settings);
  const changed = FIELDS.filter((field) => field.name in edits && edits[field.name] !== inForce(field));
  const edit = (name, text) => {
    setEdits({ ...edits, [name]: text });
    setOutcome({ ...outcome, saved: false });
  };
  const save = async (event) => {
    event.preventDefault();
    const malformed = faults(changed, edits);
    if (malformed.length) return setOutcome({ errors: malformed, saved: false, busy: false });
    setOutcome({ errors: [], saved: false, busy: true });
    const errors = await update(account, sent(changed, edits, settings)).catch((error) => [{ message: error.message, field: null }]);
    setOutcome({ errors, saved: !errors.length, busy: false });
    if (errors.length) return undefined;
    setEdits({});
    return again();
  };
  const restored = () => {
    setEdits({});
    setOutcome({ errors: [], saved: false, busy: false });
    again();
  };
  return html`<form class="settings" onSubmit=${save} noValidate data-test="settings-form">
    <div class="settings-groups">
      ${GROUPS.map(
        ({ title, fields }) => html`<fieldset key=${title}>
          <legend>${title}</legend>
          ${fields.map(
            (field) => html`<${Field}
              key=${field.name}
              field=${field}
              text=${edits[field.name] ?? inForce(field)}
              edit=${(text) => edit(field.name, text)}
              errors=${outcome.errors.filter((error) => blames(error, field))}
            />`,
          )}
        </fieldset>`,
      )}
    </div>
    <${Refusals} errors=${outcome.errors.filter((error) => !FIELDS.some((field) => blames(error, field)))} />
    <div class="settings-actions">
      <button type="submit" class="primary" disabled=${!changed.length || outcome.busy} data-test="save-settings">Save</button>
      <button type="button" onClick=${() => askToRestore(account, restored)} data-test="restore-defaults">Restore defaults …</button>
      <span role="status" data-test="settings-outcome">${outcome.saved ? "Saved." : pending(changed)}</span>
    </div>
  </form>`;
}

const pending = (changed) => (changed.length ? `Not saved yet: ${changed.map(({ label }) => label.toLowerCase()).join(", ")}.` : "");

const blames = ({ field }, { name }) => Boolean(field?.includes(name));

const faults = (changed, edits) =>
  changed.flatMap((field) => {
    const text = edits[field.name].trim();
    const message = text === "" ? null : field.fault(text);
    return message ? [{ field: [field.name], message }] : [];
  });

/** Empty is null, which restores the default: for what is optional, none. */
const sent = (changed, edits, settings) =>
  Object.fromEntries(
    changed.map((field) => [field.name, edits[field.name].trim() === "" ? null : field.write(edits[field.name].trim(), settings)]),
  );

function askToRestore(account, restored) {
  confirmation({
    title: "Restore the defaults?",
    consequences: () => [
      "Every setting becomes what it is for a new account.",
      "Starting capital and the zone of the days take effect at the next reset; open positions keep their stops and targets.",
    ],
    action: "Restore defaults",
    perform: async () => {
      const errors = await update(account, Object.fromEntries(FIELDS.map(({ name }) => [name, null])));
      if (!errors.length) restored();
      return errors;
    },
    test: "dialog-restore",
  });
}
