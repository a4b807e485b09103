import { priceOf } from "../desk/prices.js";
import { chosen, positions } from "../desk/store.js";
import { confirmation, show } from "../kit/dialog.js";
import { minus, share, times } from "../kit/decimal.js";
import { plural, price, quantity, signedMoney } from "../kit/format.js";
import { html, useState } from "../kit/html.js";
import { Chosen, Figure } from "./controls.js";
import { isAmount, MALFORMED } from "./form.js";
import { OrderDialog, useSending } from "./order-dialog.js";
import { carriedOut, newId } from "./sending.js";

const ERRORS = "errors { code message field limit actual }";
const CLOSE = `mutation Close($input: ClosePositionInput!) {
  closePosition(input: $input) { position { symbol side fills { quantity price } } ${ERRORS} }
}`;
const CLOSE_ALL = `mutation CloseAll($input: CloseAllInput!) { closeAll(input: $input) { trades { id } ${ERRORS} } }`;

const HOW_MUCH = [
  ["all", "all of it"],
  ["percent", "a part, in percent"],
  ["quantity", "a part, in units"],
];

/** Asks how much of a position to close, and tells what follows, by the prices of the moment. */
export const askToClose = ({ id, symbol }) => show(Close, { account: chosen.value.account, id, symbol });

function Close({ account, id, symbol, close }) {
  const position = positions.value.get(id);
  const [form, setForm] = useState({ closeBy: "all", amount: "" });
  const sending = useSending(close);
  const part = position ? partOf(form, position) : { fault: null, closed: null };
  const order = { form, set: (changes) => setForm((now) => ({ ...now, ...changes })), faults: { amount: part.fault } };
  const input = { account, positionId: id, id: newId(), ...(form.closeBy === "all" ? {} : { [form.closeBy]: form.amount }) };
  return html`<${OrderDialog}
    title=${`Close ${symbol}?`}
    test="dialog-close"
    close=${close}
    fields=${html`<div class="order-fields">
      <${Chosen} label="How much" name="closeBy" order=${order} options=${HOW_MUCH} />
      ${form.closeBy !== "all" && html`<${Figure} label="The part" name="amount" order=${order} unit=${form.closeBy === "percent" ? "%" : ""} />`}
    </div>`}
    action=${part.isPart ? "Close this part" : "Close position"}
    ready=${part.closed !== null}
    send=${() => sending.send({ document: CLOSE, field: "closePosition", input }, closed)}
    sending=${sending}
    dangerous
  >
    <ul class="consequences" data-test="consequences">
      ${consequences(position, part).map((each) => html`<li key=${each}>${each}</li>`)}
    </ul>
  <//>`;
}

/** {closed, isPart, fault}: how much would be closed; null if that cannot be said yet. */
function partOf({ closeBy, amount }, { openQuantity, assetClass }) {
  if (closeBy === "all") return { closed: openQuantity, isPart: false, fault: null };
  if (!amount) return { closed: null, isPart: true, fault: null };
  if (!isAmount(amount)) return { closed: null, isPart: true, fault: MALFORMED };
  const most = closeBy === "percent" ? "100" : openQuantity;
  if (minus(most, amount).startsWith("-"))
    return { closed: null, isPart: true, fault: closeBy === "percent" ? "At most 100 %." : `Only ${quantity(openQuantity)} are open.` };
  const closed = closeBy === "percent" ? share(openQuantity, amount, assetClass === "CRYPTO" ? 8 : 0) : amount;
  return { closed, isPart: minus(openQuantity, closed) !== "0", fault: closed === "0" ? "That is less than one unit." : null };
}

function consequences(position, { closed, isPart }) {
  if (!position) return ["It is closed already: nothing is left to close."];
  if (closed === null) return ["Say how much, and what follows is told here."];
  const { symbol, openQuantity, side, lastPrice, entryPrice } = position;
  const isLong = side === "LONG";
  const gain = times(closed, isLong ? minus(lastPrice, entryPrice) : minus(entryPrice, lastPrice));
  const size = isPart ? `${quantity(closed)} of ${quantity(openQuantity)}` : `All ${quantity(openQuantity)}`;
  return [
    `${size} will be ${isLong ? "sold" : "bought back"} at market; the last price is ${priceOf(lastPrice, symbol)}.`,
    `At that price it makes ${signedMoney(gain)}; slippage and commission apply as the account's settings say.`,
    isPart
      ? `${quantity(minus(openQuantity, closed))} stay open, with stop and targets as they are.`
      : "The position ends, and becomes a trade.",
  ];
}

function closed({ position: { symbol, side, fills } }) {
  const fill = fills.at(-1);
  return `${side === "LONG" ? "Sold" : "Bought back"} ${quantity(fill.quantity)} ${symbol} at ${price(fill.price)}.`;
}

/** Asks to close everything that the account has open. */
export function askToCloseAll() {
  const { account } = chosen.value;
  const command = { document: CLOSE_ALL, field: "closeAll", input: { account, id: newId() } };
  confirmation({
    title: "Close all positions?",
    consequences: () => [
      `${plural(positions.value.size, "open position")} will be closed at market, all of them or none.`,
      "Working signals stay, and may open others.",
    ],
    action: "Close all",
    perform: async () => (await carriedOut(command, ({ trades }) => `${plural(trades.length, "position")} closed.`)).errors,
    dangerous: true,
    test: "dialog-close-all",
  });
}
