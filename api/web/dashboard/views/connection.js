import { now } from "../desk/freshness.js";
import { connection } from "../desk/store.js";
import { html } from "../kit/html.js";
import { age, duration } from "../kit/format.js";

const NAMES = {
  connecting: "Connecting",
  live: "Live",
  stale: "Stale",
  lost: "Connection lost",
  unauthorized: "Token needed",
};

export function Connection() {
  const { state } = connection.value;
  return html`<div class=${`connection connection-${state}`} data-test="connection" data-state=${state}>
    <span class="connection-dot" aria-hidden="true"></span>
    <span class="connection-name" role="status">${NAMES[state]}</span>
    <span class="connection-detail">${detail(connection.value)}</span>
  </div>`;
}

/** What is old says since when: how long nothing came, and how old the newest price is where that is of another day. */
function detail({ state, age: silence, since, message, marketClosed, marketAge }) {
  const old = marketAge === null ? [] : [`newest price ${duration(marketAge)} old`];
  switch (state) {
    case "live":
      return [...(silence === null ? [] : [`data ${age(silence)} ago`]), ...old].join(" · ");
    case "stale":
      return [`no data for ${duration(silence)}`, ...(marketClosed ? ["market closed"] : []), ...old].join(" · ");
    case "lost":
      return `for ${duration(now.value - since)}, resuming … ${message ?? ""}`.trim();
    default:
      return "";
  }
}
