import { html } from "../kit/html.js";
import { addressOf, detailOf, openDetail } from "../kit/place.js";

/** What leads to a story: a link of its own address, which another tab can open too. */
export function DetailLink({ kind, signalId, children }) {
  const follow = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    openDetail(kind, signalId);
  };
  return html`<a class="opens" href=${addressOf(detailOf(kind, signalId))} onClick=${follow} data-test=${`open-${kind}`}>${children}</a>`;
}

const OF_ITS_OWN = "a, button, input, select, label";

/** What a row does with a click on it that none of its own controls takes, and that ended no selection of text. */
export const opening = (kind, signalId) => (event) => {
  if (!event.target.closest(OF_ITS_OWN) && getSelection().isCollapsed) openDetail(kind, signalId);
};
