import { alerts, chooseNotify, chooseSound } from "../desk/alerts.js";
import { Dialog, show } from "../kit/dialog.js";
import { html, useEffect, useState } from "../kit/html.js";
import { go } from "../kit/place.js";
import { choose as chooseTheme, dark } from "../kit/theme.js";
import { TABS } from "../tabs/index.js";
import { bySymbol } from "./positions.js";

const TYPING = "input, textarea, select, [contenteditable]";

const DIGITS = "1234567890";

/** What a key does by itself: {key, what, act}; without `act` it is listened to elsewhere. */
const KEYS = [
  { key: "n", what: "a new order" },
  ...TABS.slice(0, DIGITS.length).map(({ id, label }, index) => ({ key: DIGITS[index], what: label, act: () => go({ tab: id }) })),
  { key: "s", what: "positions one by one, or by symbol", act: () => (bySymbol.value = !bySymbol.value) },
  { key: "d", what: "dark or light", act: () => chooseTheme(dark.value ? "light" : "dark") },
  { key: "?", what: "this list", act: () => showKeys() },
];

export const showKeys = () => show(Keys, {});

/** Listens to keys, unless somebody types, or is asked something. */
export function useKeys() {
  useEffect(() => {
    const pressed = (event) => {
      const act = KEYS.find(({ key }) => key === event.key)?.act;
      if (!act || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if (event.target.closest?.(TYPING) || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
}

export const KeysButton = () => html`<button type="button" class="quiet" aria-label="Keys and alerts" aria-keyshortcuts="?" onClick=${showKeys} data-test="keys">?</button>`;

function Keys({ close }) {
  return html`<${Dialog} title="Keys and alerts" onClose=${close} test="dialog-keys">
    <dl class="keys">
      ${KEYS.map(({ key, what }) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${what}</dd></div>`)}
      <div><dt><kbd>Esc</kbd></dt><dd>closes what lies over the page</dd></div>
      <div><dt><kbd>←</kbd> <kbd>→</kbd></dt><dd>from tab to tab, on a tab</dd></div>
    </dl>
    <${Alerts} />
    <div class="dialog-actions"><button type="button" onClick=${close} data-test="keys-close">Close</button></div>
  <//>`;
}

function Alerts() {
  const [isRefused, setRefused] = useState(false);
  const { notify, sound } = alerts.value;
  return html`<fieldset class="alerts">
    <legend>When something is filled</legend>
    <label>
      <input type="checkbox" checked=${notify} onChange=${async ({ target }) => setRefused(!(await chooseNotify(target.checked)))} data-test="alert-notify" />
      notify through the browser
    </label>
    ${isRefused && html`<p class="loss" role="alert">The browser does not allow notifications of this page.</p>`}
    <label>
      <input type="checkbox" checked=${sound} onChange=${({ target }) => chooseSound(target.checked)} data-test="alert-sound" />
      make a sound
    </label>
    <p class="hint">While this page is open. Remembered in this browser.</p>
  </fieldset>`;
}
