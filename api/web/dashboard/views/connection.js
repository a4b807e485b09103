import { now } from "../desk/freshness.js";
import { connection } from "../desk/store.js";
import { html } from "../kit/html.js";
import { age } from "../kit/format.js";

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

function detail({ state, age: silence, since, message, marketClosed }) {
  switch (state) {
    case "live":
      return silence === null ? "" : `data ${age(silence)} ago`;
    case "stale":
      return `no data for ${age(silence)}${marketClosed ? " · market closed" : ""}`;
    case "lost":
      return `for ${age(now.value - since)}, resuming … ${message ?? ""}`.trim();
    default:
      return "";
  }
}
