import { words } from "../kit/format.js";

/** How a stop came to be where it hit, as far as its position is known; `reduced`: part had exited at target 1 before. */
function stopName({ stopLoss, initialStopLoss, entryPrice, trailingStop }, reduced) {
  if (stopLoss === initialStopLoss) return reduced ? "stop" : "stop loss";
  if (trailingStop !== null) return "trailing stop";
  return stopLoss === entryPrice ? "break-even stop" : "moved stop";
}

/** What closed a position, by its right name: a stop that was moved into profit is no stop loss. */
export function exitName({ exitReason, fills }, position) {
  if (exitReason !== "STOP_LOSS") return words(exitReason);
  const reduced = fills.some(({ reason }) => reason === "TARGET_1");
  const name = position ? stopName(position, reduced) : "stop";
  return reduced ? `${name} after target 1` : name;
}

/** The same of a fill that closed a position, of which only this is told. */
export const closingName = (fill, position) =>
  fill.reason === "STOP_LOSS" ? stopName(position, fill.quantity !== position.quantity) : words(fill.reason);

const STOP = "trailingStop { offset } initialStopLoss stopLoss entryPrice";

/** A question for the stops of trades that a stop closed: one field each, named after its place in `trades`. */
export function stopsOf(trades) {
  const stopped = trades.map(({ exitReason }, index) => [exitReason, index]).filter(([reason]) => reason === "STOP_LOSS");
  return {
    variables: { account: "String!", ...Object.fromEntries(stopped.map(([, index]) => [`signal${index}`, "UUID!"])) },
    fields: {
      account: "account(name: $account) { id }",
      ...Object.fromEntries(
        stopped.map(([, index]) => [`stop${index}`, `position(signalId: $signal${index}, account: $account) { ${STOP} }`]),
      ),
    },
  };
}
