import { html, useEffect, useState } from "./html.js";

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

/** Refusals of the desk, as they came: a sentence each. */
export function Refusals({ errors }) {
  if (!errors?.length) return null;
  return html`<ul class="refusals" role="alert" data-test="refusals">
    ${errors.map((each) => html`<li key=${each.message}>${each.message}</li>`)}
  </ul>`;
}

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
