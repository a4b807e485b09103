import { activity } from "../desk/store.js";
import { dateTime } from "../kit/format.js";
import { html } from "../kit/html.js";
import { Empty } from "../kit/states.js";
import { told } from "./activity-words.js";

/** The event streams in words, newest first, since this page was opened. */
export function ActivityTab() {
  if (!activity.value.length)
    return html`<${Empty} title="Quiet so far">What happens from now on is told here as it happens.<//>`;
  return html`<ol class="activity" role="log" tabindex="0" aria-label="Activity, newest first" data-test="activity">
    ${activity.value.map((each) => html`<${Entry} key=${each.cursor} entry=${each} />`)}
  </ol>`;
}

function Entry({ entry }) {
  const { text, tone } = told(entry);
  return html`<li data-cursor=${entry.cursor} data-stream=${entry.stream}>
    <time datetime=${entry.occurredAt}>${dateTime(entry.occurredAt)}</time>
    <span class=${tone ?? ""}>${text}</span>
  </li>`;
}
