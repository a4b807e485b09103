import { html } from "../kit/html.js";
import { askToReverse } from "../ticket/ticket.js";
import { askToAmendPosition } from "./amend.js";
import { askToClose } from "./close.js";

/** What can be done about an open position, each after a question. */
export function PositionActions({ position }) {
  const { symbol } = position;
  const act = (name, test, ask) =>
    html`<button type="button" class="small" aria-label=${`${name} ${symbol}`} onClick=${() => ask(position)} data-test=${test}>${name} …</button>`;
  return html`<span class="row-actions">
    ${act("Amend", "amend-position", askToAmendPosition)} ${act("Reverse", "reverse-position", askToReverse)}
    ${act("Close", "close-position", askToClose)}
  </span>`;
}
