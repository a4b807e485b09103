import { priceOf } from "../desk/prices.js";
import { html } from "../kit/html.js";

/** Where the last price stands between the stop and the target that is next, as far as there are any; for a short it
 *  runs the same way. */
export function Levels({ position }) {
  const { symbol, stopLoss, entryPrice, lastPrice } = position;
  const price = (at) => priceOf(at, symbol);
  const level = (name, at) => (at === null ? `no ${name}` : `${name} ${price(at)}`);
  const target = nextTarget(position);
  const at = scale(...ends(Number(entryPrice), stopLoss, target));
  const entry = at(Number(entryPrice));
  const last = at(Number(lastPrice));
  const moved = { left: `${Math.min(entry, last)}%`, width: `${Math.abs(last - entry)}%` };
  const told = `${level("stop", stopLoss)}, last ${price(lastPrice)}, ${level("target", target)}`;
  return html`<div class="levels" role="img" aria-label=${told}>
    <span class="levels-low">${price(stopLoss)}</span>
    <span class="levels-track">
      <span class=${`levels-moved ${last < entry ? "loss" : ""}`} style=${moved}></span>
      <span class="levels-entry" style=${{ left: `${entry}%` }}></span>
      <span class="levels-last" style=${{ left: `${last}%` }}></span>
    </span>
    <span class="levels-high">${price(target)}</span>
  </div>`;
}

/** Once target 1 was hit, target 2 is what is left to reach. */
const nextTarget = ({ status, target1, target2 }) => (status === "TARGET_1_HIT" && target2 !== null ? target2 : target1);

/** The ends of the track: a level that is not there stands as far from the entry as the other, or a tenth of it. */
function ends(entry, stop, target) {
  const reach = stop === null && target === null ? entry / 10 : null;
  return [
    stop === null ? entry - (reach ?? Number(target) - entry) : Number(stop),
    target === null ? entry + (reach ?? entry - Number(stop)) : Number(target),
  ];
}

/** Percent of the way from the stop to the target, within the track. */
const scale = (stop, target) => (level) =>
  target === stop ? 50 : Math.min(100, Math.max(0, ((level - stop) / (target - stop)) * 100));
