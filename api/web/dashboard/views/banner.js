import { account } from "../desk/store.js";
import { resume } from "../desk/commands.js";
import { confirmation } from "../kit/dialog.js";
import { html } from "../kit/html.js";

/** Always there: whoever looks must know that this is paper, and whether the account trades at all. */
export function Banner() {
  const { value } = account;
  return html`<div class="mode" role="region" aria-label="Trading mode" data-test="banner">
    <p class="mode-paper"><strong>PAPER TRADING MODE</strong> – no real capital at risk</p>
    <div class="mode-state" aria-live="polite">${value && html`<${Standing} account=${value} />`}</div>
  </div>`;
}

function Standing({ account: { name, enabled, haltReason } }) {
  if (!enabled) {
    return html`<p class="mode-off" data-test="banner-disabled">
      <strong>Off.</strong> ${" "}This account is disabled: it takes no signals until it is enabled.
    </p>`;
  }
  if (haltReason === null) return null;
  return html`<p class="mode-halted" data-test="banner-halted">
    <strong>Halted.</strong> ${" "}It takes no signals: ${haltReason}.
    <button type="button" onClick=${() => askToResume(name, haltReason)} data-test="resume">Resume …</button>
  </p>`;
}

function askToResume(name, reason) {
  confirmation({
    title: `Resume “${name}”?`,
    consequences: () => [
      `It was halted: ${reason}.`,
      "It takes signals again at once.",
      "Its limits stay as they are set, and may halt it again.",
    ],
    action: "Resume",
    perform: () => resume(name),
    test: "dialog-resume",
  });
}
