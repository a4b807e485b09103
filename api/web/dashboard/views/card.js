import { html } from "../kit/html.js";

/** A figure with its name, and smaller ones below: `lines` are [label, value, tone]. */
export function Card({ title, test, figure, tone: colour = "", wide = false, lines = [], children }) {
  return html`<article class=${wide ? "card card-wide" : "card"} data-test=${`card-${test}`}>
    <h3>${title}</h3>
    <p class=${`figure ${colour}`} data-test=${`figure-${test}`}>${figure}</p>
    ${children}
    ${lines.length > 0 &&
    html`<dl class="card-lines">
      ${lines.map(
        ([label, value, colour]) =>
          html`<div key=${label}><dt>${label}</dt> <dd class=${colour}>${value}</dd></div>`,
      )}
    </dl>`}
  </article>`;
}
