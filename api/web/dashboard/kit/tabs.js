import { html, useLayoutEffect, useRef } from "./html.js";
import { go, place } from "./place.js";

const STEPS = { ArrowRight: 1, ArrowLeft: -1 };

/** Tabs by the ARIA pattern: arrows move and choose, Home and End too; only the chosen one's view is there. */
export function Tabs({ label, items }) {
  const list = useRef(null);
  const chosen = items.find((item) => item.id === place.value.tab) ?? items[0];
  useLayoutEffect(() => intoView(list.current, list.current.children[items.indexOf(chosen)]), [chosen]);
  const move = (event) => {
    const at = items.indexOf(chosen);
    const next = { Home: 0, End: items.length - 1 }[event.key] ?? (event.key in STEPS ? at + STEPS[event.key] : null);
    if (next === null) return;
    event.preventDefault();
    const index = (next + items.length) % items.length;
    go({ tab: items[index].id });
    list.current.children[index].focus();
  };
  return html`<div class="tabs">
    <div class="tab-list" role="tablist" aria-label=${label} ref=${list} onKeyDown=${move}>
      ${items.map(
        (item) =>
          html`<button
            key=${item.id}
            type="button"
            role="tab"
            id=${`tab-${item.id}`}
            aria-selected=${item === chosen ? "true" : "false"}
            aria-controls="tab-panel"
            tabindex=${item === chosen ? 0 : -1}
            onClick=${() => go({ tab: item.id })}
            data-test=${`tab-${item.id}`}
          >
            ${item.label}
          </button>`,
      )}
    </div>
    <div
      class="tab-panel"
      role="tabpanel"
      id="tab-panel"
      aria-labelledby=${`tab-${chosen.id}`}
      tabindex="0"
      data-test=${`panel-${chosen.id}`}
    >
      <${chosen.view} key=${chosen.id} />
    </div>
  </div>`;
}

/** Scrolls the list alone, not the page, until the tab is whole in it. */
function intoView(list, tab) {
  const [frame, box] = [list, tab].map((element) => element.getBoundingClientRect());
  if (box.left < frame.left) list.scrollLeft -= frame.left - box.left;
  if (box.right > frame.right) list.scrollLeft += box.right - frame.right;
}
