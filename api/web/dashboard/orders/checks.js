import { percent } from "../kit/format.js";
import { html } from "../kit/html.js";

export const NOT_REACHED = "not reckoned yet";

/**
 * The limits that an order is checked against, each with its figure, as far as there are any: {code, name, figure, limit, state}.
 * `before` is the account, `then` what the desk said, and `riskNow` what the trade risks as it is, if it is there already.
 */
export function limitsOf(then, before, riskNow = null) {
  const { settings } = before;
  return [
    limit("TRADE_RISK_EXCEEDED", "Risk of the trade", then.tradeRiskPercent, settings.maxTradeRiskPercent, riskNow),
    then.campaignRiskPercent !== null &&
      limit("CAMPAIGN_RISK_EXCEEDED", "Risk of the campaign", then.campaignRiskPercent, settings.maxCampaignRiskPercent),
    limit("PORTFOLIO_HEAT_EXCEEDED", "Portfolio heat", then.heatPercent, settings.maxHeatPercent, before.heatPercent),
  ].filter(Boolean);
}

const limit = (code, name, figure, most, now = null) => ({
  code,
  name,
  figure: figure === null ? NOT_REACHED : `${now === null ? "" : `${percent(now)} → `}${percent(figure)}`,
  limit: `at most ${percent(most)}`,
  state: standing(figure, most),
});

/** The desk names the first limit that is passed; that others are too is plain from their figures. */
export const standing = (figure, most) => (figure === null ? "unknown" : Number(figure) > Number(most) ? "failed" : "passed");

/** Every check by name, whether it passes, and what it is held against. */
export function Checks({ checks, errors }) {
  const failed = new Set(errors.map(({ code }) => code));
  return html`<ul class="order-checks" aria-label="Checks" data-test="checks">
    ${checks.map(
      ({ code, name, figure, limit: most, state }) => html`<li key=${code} class=${failed.has(code) ? "failed" : state} data-check=${code}>
        ${name} <b>${figure}</b> <span class="muted">${most}</span>
      </li>`,
    )}
  </ul>`;
}
