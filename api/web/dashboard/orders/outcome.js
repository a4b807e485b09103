import { html, useEffect } from "../kit/html.js";
import { outcome } from "./sending.js";

const SHOWN_FOR = 10_000;

/** What became of the newest command, for a while; what is not known yet stays. */
export function Outcome() {
  const told = outcome.value;
  useEffect(() => {
    if (told === null || told.tone === "warn") return undefined;
    const timer = setTimeout(() => (outcome.value = null), SHOWN_FOR);
    return () => clearTimeout(timer);
  }, [told]);
  return html`<div class="outcome-strip" role="status" data-test="outcome">
    ${told &&
    html`<p class=${`outcome-${told.tone}`}>
      <span>${told.text}</span>
      <button type="button" class="quiet small" onClick=${() => (outcome.value = null)}>Dismiss</button>
    </p>`}
  </div>`;
}
