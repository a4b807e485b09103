import { html, render, useId, useLayoutEffect, useRef, useState } from "./html.js";
import { Refusals } from "./states.js";

/**
 * A modal dialog, open from the moment it is drawn: the browser keeps the focus inside and gives it back where it was. If
 * that is gone by then, a closed position's button, it goes to what it stood in, the nearest [data-home].
 */
export function Dialog({ title, onClose, test = "dialog", wide = false, children }) {
  const element = useRef(null);
  const heading = useId();
  useLayoutEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    const home = before.closest("[data-home]");
    dialog.showModal();
    return () => {
      dialog.close();
      if (!before.isConnected) home?.focus();
    };
  }, []);
  return html`<dialog ref=${element} class=${wide ? "wide" : ""} aria-labelledby=${heading} onClose=${onClose} data-test=${test}>
    <h2 id=${heading}>${title}</h2>
    ${children}
  </dialog>`;
}

/** Draws a component into a place of its own, away from the page; its property `close` takes it away again. */
export function show(component, properties) {
  const place = document.body.appendChild(document.createElement("div"));
  const close = () => {
    render(null, place);
    place.remove();
  };
  render(html`<${component} ...${properties} close=${close} />`, place);
}

/**
 * Asks before something is done, and shows what came of it. Nothing is done twice while it is under way.
 * `consequences()` are sentences, told anew when a signal that they read changes; `perform` is a promise of the desk's refusals, none if it was done.
 */
export function confirmation({ title, consequences, action, perform, dangerous = false, test = "confirmation" }) {
  show(Confirmation, { title, consequences, action, perform, dangerous, test });
}

function Confirmation({ title, consequences, action, perform, dangerous, test, close }) {
  const [errors, setErrors] = useState([]);
  const [busy, setBusy] = useState(false);
  const go = async () => {
    setBusy(true);
    const found = await perform().catch((error) => [{ message: error.message }]);
    setBusy(false);
    setErrors(found);
    if (!found.length) close();
  };
  return html`<${Dialog} title=${title} onClose=${close} test=${test}>
    <ul class="consequences">
      ${consequences().map((each) => html`<li key=${each}>${each}</li>`)}
    </ul>
    <${Refusals} errors=${errors} />
    <div class="dialog-actions">
      <button type="button" onClick=${close} data-test="cancel">Cancel</button>
      <button type="button" class=${dangerous ? "danger" : "primary"} onClick=${go} disabled=${busy} data-test="confirm">
        ${busy ? "Working …" : action}
      </button>
    </div>
  <//>`;
}
