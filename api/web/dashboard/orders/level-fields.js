import { html } from "../kit/html.js";
import { Figure, Instant, Words } from "./controls.js";

/** Stop, targets, trail, expiry and note of an order. `isRelative` says whether levels may be given relative to the fill. */
export function LevelFields({ order, isRelative = true, focus = null }) {
  const by = (name) => (isRelative ? name : undefined);
  return html`
    <${Figure} label="Stop" name="stop" by=${by("stopBy")} order=${order} focus=${focus === "stop"} />
    <${Figure} label="Target 1" name="target1" by=${by("target1By")} order=${order} focus=${focus === "target1"} />
    <${Figure} label="Target 2" name="target2" by=${by("target2By")} order=${order} focus=${focus === "target2"} />
    <${Figure} label="Trailing stop" name="trail" by="trailBy" order=${order} />
  `;
}

const isUsed = ({ activation, step, expiresAt, campaignId }) => Boolean(activation || step || expiresAt || campaignId);

export function MoreFields({ order, hasCampaign = true }) {
  return html`<details class="order-more" open=${isUsed(order.form)}>
    <summary>More</summary>
    <div class="order-fields">
      <${Figure} label="Trail from" name="activation" by="activationBy" order=${order} hint="empty: at once" />
      <${Figure} label="Trail in steps of" name="step" order=${order} hint="empty: by any" />
      <${Instant} label="Close at the latest" name="expiresAt" order=${order} />
      ${hasCampaign && html`<${Words} label="Campaign" name="campaignId" order=${order} longest=${64} hint="shares a risk limit" />`}
    </div>
  </details>`;
}

export const Note = ({ order }) => html`<${Words} label="Note" name="note" order=${order} wide />`;
