import { distance, plus, times } from "../kit/decimal.js";
import { dateTime, money, percent, price, quantity } from "../kit/format.js";
import { NOT_REACHED, standing } from "../orders/checks.js";
import { waits } from "../orders/form.js";

/** An order in one line: "Buy 190 ACME at the market". */
export function headline(form, size) {
  const verb = form.side === "LONG" ? "Buy" : "Sell short";
  const at = { MARKET: "at the market", NEXT_OPEN: "at the next open", AT_CLOSE: "at the close" }[form.entry];
  return `${verb} ${size === null ? "" : `${quantity(size)} `}${form.symbol} ${at ?? `by ${form.entry.toLowerCase()} at ${price(form.entryPrice)}`}`;
}

const amountOf = ({ quantity: size, fillPrice }) => (size && fillPrice ? times(size, fillPrice) : null);

/** What is lost at the stop, before slippage; null without a stop. */
const riskOf = ({ quantity: size, fillPrice, stopLoss }) =>
  size && fillPrice && stopLoss ? times(size, distance(fillPrice, stopLoss)) : null;

const slippageOf = ({ quantity: size, fillPrice }, last) => (size && fillPrice && last ? times(size, distance(fillPrice, last)) : null);

/** What a preview says of the order itself: [name, label, figure]. */
export function figuresOf(form, preview, last) {
  const slippage = waits(form) || form.marketPrice ? null : slippageOf(preview, last);
  return [
    ["size", "Size", quantity(preview.quantity)],
    ["fill", waits(form) ? "Expected fill" : "Fills at", price(preview.fillPrice)],
    ["amount", "Amount", money(amountOf(preview))],
    ["commission", "Commission", money(preview.commission)],
    slippage !== null && ["slippage", "Slippage", money(slippage)],
    ["stop", "Stop", price(preview.stopLoss)],
    preview.target1 !== null && ["target1", "Target 1", price(preview.target1)],
    preview.target2 !== null && ["target2", "Target 2", price(preview.target2)],
  ].filter(Boolean);
}

/** The check of buying power, as limitsOf has the others. */
export function buyingPowerCheck(preview) {
  const amount = amountOf(preview);
  const takes = amount === null || preview.buyingPower === null ? null : plus(amount, preview.commission);
  return {
    code: "INSUFFICIENT_BUYING_POWER",
    name: "Buying power",
    figure: takes === null ? NOT_REACHED : `takes ${money(takes)}`,
    limit: preview.buyingPower === null ? "" : `of ${money(preview.buyingPower)}`,
    state: standing(takes, preview.buyingPower),
  };
}

/** What follows from sending it, in sentences. */
export function consequencesOf(form, preview) {
  const risk = riskOf(preview);
  return [
    waits(form) ? waiting(form) : "It fills at once; there is no way back but to close it, at the price of then.",
    risk === null
      ? `Without a stop all of its amount is at risk: ${percent(preview.tradeRiskPercent)} of equity.`
      : `At its stop it loses ${money(risk)} and what slips: ${percent(preview.tradeRiskPercent)} of equity.`,
    waits(form) && "Until then its risk and its amount are reserved, and counted as if it were open.",
  ].filter(Boolean);
}

function waiting({ entry, timeInForce, goodUntil, entryPrice }) {
  if (timeInForce === "IOC" && entry === "LIMIT") return "It fills as it is sent, or is cancelled.";
  const until = timeInForce === "GTD" ? `until ${dateTime(`${goodUntil}Z`)}` : "until it is cancelled";
  const forWhat = { NEXT_OPEN: "for the next bar", AT_CLOSE: "for the close of a bar" }[entry] ?? `for ${price(entryPrice)}`;
  return `It waits ${forWhat}, ${until}.`;
}
