import { quantity, words } from "./format.js";
import { html, useEffect, useState } from "./html.js";
import { inLabels } from "./labels.js";

export const Loading = () => html`<p class="state" data-test="loading"><span class="spinner" aria-hidden="true"></span>Loading …</p>`;

export function Failed({ error, retry }) {
  return html`<div class="state state-failed" role="alert" data-test="failed">
    <p>${error.message}</p>
    ${retry && html`<button type="button" onClick=${retry} data-test="retry">Try again</button>`}
  </div>`;
}

export function Empty({ title, children }) {
  return html`<div class="state state-empty" data-test="empty">
    <p class="state-title">${title}</p>
    ${children && html`<div class="state-text">${children}</div>`}
  </div>`;
}

/** Why the desk refused: each sentence, which names the rule, and below it what kind of refusal, with its figures. */
export function Refusals({ errors }) {
  if (!errors?.length) return null;
  return html`<div class="refusals" role="alert" data-test="refusals">
    <ul>
      ${errors.map((error) => html`<li key=${error.message}>${inLabels(error.message)}<${RefusalFigures} error=${error} /></li>`)}
    </ul>
  </div>`;
}

/** Refusals whose figures are seconds, which their sentence tells in words. */
const IN_SECONDS = new Set(["STALE_MARKET_PRICE", "LATE_SIGNAL"]);

/** The kind of a refusal, and the figures that it is about, as far as there are any. */
export function RefusalFigures({ error: { code, limit, actual } }) {
  if (!code) return null;
  const told = IN_SECONDS.has(code) ? [] : [given("actual", actual), given("limit", limit)].filter(Boolean);
  return html`<span class="figures">${[words(code), ...told].join(" · ")}</span>`;
}

const given = (name, figure) => (figure === null || figure === undefined ? null : `${name} ${quantity(figure)}`);

const SHOWN_FOR = 2_000;

export function Copy({ text, label = "Copy" }) {
  const [outcome, setOutcome] = useState(null);
  useEffect(() => {
    if (!outcome) return undefined;
    const timer = setTimeout(() => setOutcome(null), SHOWN_FOR);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome("Copied");
    } catch {
      // Not allowed here, or no clipboard at all: browsers keep it from pages without TLS.
      setOutcome("Select and copy by hand");
    }
  };
  return html`<button type="button" class="quiet copy" onClick=${copy} data-test="copy">
    <span aria-live="polite">${outcome ?? label}</span>
  </button>`;
}
