import { Dialog } from "../kit/dialog.js";
import { html, useEffect, useRef, useState } from "../kit/html.js";
import { Refusals } from "../kit/states.js";
import { carriedOut } from "./sending.js";

/**
 * A command that is typed on one side and told on the other, live, with all that follows from it. Enter in a field goes to
 * the button that sends it, and Enter there sends it. `sending` is of useSending; `ready` whether it may be sent.
 */
export function OrderDialog({ title, test, close, fields, action, ready, review, send, sending, dangerous = false, children }) {
  const button = useRef(null);
  const preview = useRef(null);
  const enter = (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    review?.();
    button.current.focus();
    preview.current.scrollIntoView({ block: "nearest" });
  };
  const go = () => (ready && !sending.busy ? send() : review?.());
  return html`<${Dialog} title=${title} onClose=${close} test=${test} wide>
    <div class="order">
      <div class="order-form" onKeyDown=${enter}>${fields}</div>
      <section class="order-preview" ref=${preview} aria-label="What it would do" tabindex="0">${children}</section>
    </div>
    <${Refusals} errors=${sending.errors} />
    ${sending.waiting && html`<p class="order-waiting" role="status" data-test="waiting">${sending.waiting}</p>`}
    <div class="dialog-actions">
      <button type="button" onClick=${close} data-test="cancel">${sending.waiting ? "Close, and go on in the background" : "Cancel"}</button>
      <button
        type="button"
        ref=${button}
        class=${dangerous ? "danger" : "primary"}
        onClick=${go}
        aria-disabled=${ready && !sending.busy ? "false" : "true"}
        data-test="confirm"
      >
        ${sending.busy ? "Sending …" : action}
      </button>
    </div>
  <//>`;
}

/** {busy, waiting, errors, send(command, told)}: how far a command is. Once it is done its dialog closes. */
export function useSending(close) {
  const [state, setState] = useState({ busy: false, waiting: null, errors: [] });
  const mounted = useRef(true);
  useEffect(() => () => (mounted.current = false), []);
  const become = (next) => mounted.current && setState(next);
  const send = async (command, told) => {
    setState({ busy: true, waiting: null, errors: [] });
    const waiting = (text) => become({ busy: true, waiting: text, errors: [] });
    const payload = await carriedOut(command, told, waiting);
    become({ busy: false, waiting: null, errors: payload.errors });
    if (!payload.errors.length && mounted.current) close();
    return payload;
  };
  return { ...state, send };
}
