import { html } from "../kit/html.js";
import { choose, dark } from "../kit/theme.js";

export function ThemeButton() {
  const toggle = () => choose(dark.value ? "light" : "dark");
  return html`<button type="button" class="quiet" onClick=${toggle} aria-pressed=${dark.value ? "true" : "false"} data-test="theme">
    Dark
  </button>`;
}
