import { price } from "../kit/format.js";
import { html } from "../kit/html.js";

/** Where the last price stands between the stop and the target that is next; for a short it runs the same way. */
export function Levels({ position }) {
  const { stopLoss, entryPrice, lastPrice } = position;
  const target = nextTarget(position);
  const at = scale(Number(stopLoss), Number(target));
  const entry = at(Number(entryPrice));
  const last = at(Number(lastPrice));
  const moved = { left: `${Math.min(entry, last)}%`, width: `${Math.abs(last - entry)}%` };
  const told = `stop ${price(stopLoss)}, last ${price(lastPrice)}, target ${price(target)}`;
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

/** Percent of the way from the stop to the target, within the track. */
const scale = (stop, target) => (level) =>
  target === stop ? 50 : Math.min(100, Math.max(0, ((level - stop) / (target - stop)) * 100));
