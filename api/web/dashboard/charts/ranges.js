import { html } from "../kit/html.js";

const DAY = 86_400;
export const RANGES = { "1D": DAY, "1W": 7 * DAY, "1M": 31 * DAY, "3M": 92 * DAY, "1Y": 366 * DAY, All: null };

/** Where a range begins, counted back from the newest point; null: at the beginning. */
export const beginning = (range, newest) => (RANGES[range] === null || newest === null ? null : newest - RANGES[range]);

export function Ranges({ chosen, choose }) {
  return html`<div class="ranges" role="group" aria-label="Range">
    ${Object.keys(RANGES).map(
      (range) => html`<button
        key=${range}
        type="button"
        class="quiet small"
        aria-pressed=${range === chosen ? "true" : "false"}
        onClick=${() => choose(range)}
        data-test=${`range-${range.toLowerCase()}`}
      >
        ${range}
      </button>`,
    )}
  </div>`;
}
