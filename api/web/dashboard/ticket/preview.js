import { useAnswer } from "../desk/answer.js";
import { html } from "../kit/html.js";
import { Refusals } from "../kit/states.js";
import { Checks, limitsOf } from "../orders/checks.js";
import { useDebounced } from "../orders/debounced.js";
import { inputOf } from "../orders/form.js";
import { buyingPowerCheck, consequencesOf, figuresOf, headline } from "./figures.js";

const PREVIEW = `query Preview($input: ExecuteSignalInput!, $account: String!, $symbols: [String!]!) {
  previewSignal(input: $input) {
    accepted errors { code message field limit actual }
    quantity fillPrice commission stopLoss target1 target2 tradeRiskPercent campaignRiskPercent heatPercent buyingPower
  }
  account(name: $account) { heatPercent settings { maxTradeRiskPercent maxCampaignRiskPercent maxHeatPercent } }
  quotes(symbols: $symbols) { price time }
}`;

/** What the desk would decide about an order, asked as it is typed: {preview, account, last, isCurrent, error}; null: not asked yet. */
export function usePreview(form, account, isAskable) {
  const variables = isAskable ? { input: { ...inputOf(form), account }, account, symbols: [form.symbol] } : null;
  const { value, isSettled } = useDebounced(variables);
  const answer = useAnswer(value && PREVIEW, value);
  const { data, error, isCurrent } = answer;
  if (variables === null) return null;
  if (!data) return { preview: null, isCurrent: false, error };
  return {
    preview: data.previewSignal,
    account: data.account,
    last: data.quotes[0]?.price ?? null,
    isCurrent: isSettled && isCurrent,
    error,
  };
}

/** Size, prices, costs and every check, and why the desk would refuse; then what follows from sending it. */
export function Preview({ form, asked, note }) {
  if (asked === null) return html`<p class="hint">Name a symbol and a size: what would come of it is told here as you type.</p>`;
  const { preview, account, last, isCurrent, error } = asked;
  if (error) return html`<p class="loss" role="alert">${error.message}</p>`;
  if (!preview) return html`<p class="hint">Asking the desk …</p>`;
  return html`<div class=${isCurrent ? "" : "asking"} aria-busy=${isCurrent ? "false" : "true"} data-test="preview" data-current=${isCurrent}>
    <h3>${headline(form, preview.quantity)}</h3>
    <p class=${preview.accepted ? "verdict gain" : "verdict loss"} role="status" data-test="verdict">
      ${preview.accepted ? "The desk would take it." : "The desk would refuse it."}
    </p>
    ${note && html`<p class="hint">${note}</p>`}
    <${Refusals} errors=${preview.errors} />
    <dl class="order-figures">
      ${figuresOf(form, preview, last).map(
        ([name, label, figure]) => html`<div key=${name}><dt>${label}</dt><dd data-test=${`preview-${name}`}>${figure}</dd></div>`,
      )}
    </dl>
    <${Checks} checks=${[...limitsOf(preview, account), buyingPowerCheck(preview)]} errors=${preview.errors} />
    ${preview.accepted &&
    html`<ul class="consequences" data-test="consequences">
      ${consequencesOf(form, preview).map((each) => html`<li key=${each}>${each}</li>`)}
    </ul>`}
  </div>`;
}
