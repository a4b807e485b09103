import { account as standing, archived, chosen, positions, unauthorized } from "../desk/store.js";
import { show } from "../kit/dialog.js";
import { price, quantity } from "../kit/format.js";
import { html, useEffect, useState } from "../kit/html.js";
import { place } from "../kit/place.js";
import { BLANK, blamed, inputOf, malformed, missing } from "../orders/form.js";
import { OrderDialog, useSending } from "../orders/order-dialog.js";
import { newId } from "../orders/sending.js";
import { EntryFields } from "./entry-fields.js";
import { headline } from "./figures.js";
import { Preview, usePreview } from "./preview.js";

const PAYLOAD = "signal { status quantity } position { id openQuantity entryPrice } errors { code message field limit actual }";
const EXECUTE = `mutation Execute($input: ExecuteSignalInput!) { executeSignal(input: $input) { ${PAYLOAD} } }`;
const REVERSE = `mutation Reverse($input: ReversePositionInput!) { reversePosition(input: $input) { ${PAYLOAD} } }`;

/** Whether there is an account to trade with on screen. */
export const canTrade = () => Boolean(standing.value) && !archived.value && !unauthorized.value;

/** Opens the ticket; `begun` are fields that are filled in already. */
export function openTicket(begun = {}) {
  const symbol = place.value.symbol ?? positions.value.values().next().value?.symbol ?? "";
  show(Ticket, { account: chosen.value.account, begun: { symbol, ...begun } });
}

/** Asks to close a position and to open the other side of it, which the ticket sizes. */
export function askToReverse(position) {
  const side = position.side === "LONG" ? "SHORT" : "LONG";
  const { symbol, assetClass, openQuantity } = position;
  const begun = { symbol, assetClass, side, sizeBy: "quantity", size: openQuantity };
  show(Ticket, { account: chosen.value.account, begun, reversed: position });
}

function Ticket({ account, begun, reversed = null, close }) {
  const [form, setForm] = useState({ ...BLANK, ...begun });
  const [isReviewed, setReviewed] = useState(false);
  const sending = useSending(close);
  const faults = malformed(form);
  const lacks = missing(form);
  const isWhole = !Object.keys(faults).length && !Object.keys(lacks).length;
  const asked = usePreview(form, account, isWhole);
  const refusals = [...(asked?.preview?.errors ?? []), ...sending.errors];
  const shown = { ...(isWhole ? blamed(refusals) : {}), ...(isReviewed ? lacks : {}), ...faults };
  const order = { form, set: (changes) => setForm((now) => ({ ...now, ...changes })), faults: shown };
  const ready = isWhole && Boolean(asked?.isCurrent) && (reversed !== null || asked.preview.accepted);
  const send = () => sending.send(commandOf(form, account, reversed), (payload) => sentence(form, payload, reversed));
  return html`<${OrderDialog}
    title=${reversed ? `Reverse ${reversed.symbol}` : "New order"}
    test=${reversed ? "dialog-reverse" : "ticket"}
    close=${close}
    fields=${html`<${EntryFields} order=${order} isReversal=${reversed !== null} />`}
    action=${reversed ? "Reverse" : form.side === "LONG" ? "Send: buy" : "Send: sell short"}
    ready=${ready}
    review=${() => setReviewed(true)}
    send=${send}
    sending=${sending}
  >
    <${Preview} form=${form} asked=${asked} note=${reversed && REVERSAL} />
  <//>`;
}

const REVERSAL =
  "The open position is closed first, at the last price less slippage, and the order is checked after that: both are done, or neither. " +
  "The figures here are of before, with the position open.";

/** The id is made here, once: whatever becomes of the connection, this order happens once. */
function commandOf(form, account, reversed) {
  const signal = { ...inputOf(form), account, id: newId(), source: "dashboard" };
  if (reversed === null) return { document: EXECUTE, field: "executeSignal", input: signal };
  return { document: REVERSE, field: "reversePosition", input: { signal, positionId: reversed.id, account } };
}

function sentence(form, { signal, position }, reversed) {
  if (signal.status === "WORKING") return `${headline(form, signal.quantity)}: it waits.`;
  if (position === null) return `${headline(form, signal.quantity)}: it could not fill, and was cancelled.`;
  const did = form.side === "LONG" ? "Bought" : "Sold short";
  const filled = `${quantity(position.openQuantity)} ${form.symbol} at ${price(position.entryPrice)}.`;
  return `${reversed ? "Closed the position. " : ""}${did} ${filled}`;
}

const TYPING = "input, select, textarea, [contenteditable]";

/** `n` opens the ticket, wherever one is but in a field or a dialog. */
export function useTicketKey() {
  useEffect(() => {
    const pressed = (event) => {
      const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat;
      if (event.key !== "n" || !isPlain || !canTrade()) return;
      if (event.target.closest?.(TYPING) || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      openTicket();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
}
