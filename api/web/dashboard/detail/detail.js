import { changeOf } from "../desk/changes.js";
import { exitName } from "../desk/exits.js";
import { useSnapshot } from "../desk/snapshot.js";
import { account, archived, chosen, positions } from "../desk/store.js";
import { dateTime, words } from "../kit/format.js";
import { Dialog } from "../kit/dialog.js";
import { html } from "../kit/html.js";
import { inLabels } from "../kit/labels.js";
import { addressOf, closeDetail, NO_DETAIL, openDetailOf } from "../kit/place.js";
import { PositionActions } from "../orders/position-actions.js";
import { Copy, Empty, Failed, Loading, RefusalFigures } from "../kit/states.js";
import { Facts, positionFacts, signalFacts, tradeFacts } from "./facts.js";
import { Fills } from "./fills.js";
import { STORY } from "./question.js";
import { StopsWay, useWayBack } from "./stops.js";

const UUID = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

/** The story of what one signal led to, over the page, for as long as the address names it. */
export function Detail() {
  const open = openDetailOf();
  if (!open || !account.value) return null;
  const { signalId } = open;
  return UUID.test(signalId)
    ? html`<${Story} key=${signalId} signalId=${signalId} />`
    : html`<${Frame} key=${signalId} signalId=${signalId} title=${titleOf(null)}><${NoSuch} /><//>`;
}

function Story({ signalId }) {
  const answer = useSnapshot(STORY, { account: chosen.value.account, id: signalId });
  return html`<${Frame} signalId=${signalId} title=${titleOf(answer.data)} symbol=${answer.data?.signal?.symbol}><${Body} answer=${answer} /><//>`;
}

function Frame({ signalId, title, symbol = null, children }) {
  const close = () => closeDetail(signalId);
  return html`<${Dialog} title=${title} onClose=${close} wide test="detail">
    ${children}
    <div class="dialog-actions">
      ${symbol && html`<a class="to-chart" href=${addressOf({ ...NO_DETAIL, symbol })} onClick=${toChart} data-test="to-chart">Show ${symbol} on the chart</a>`}
      <${Copy} text=${location.href} label="Copy the link" />
      <button type="button" onClick=${close} data-test="detail-close">Close</button>
    </div>
  <//>`;
}

/** Once the story is gone, by the address, the chart is brought into sight. */
const toChart = () => setTimeout(() => document.getElementById("market-title")?.scrollIntoView({ block: "center" }));

function titleOf(data) {
  if (!data?.signal) return "What became of a signal";
  const { signal, position, trade } = data;
  const state = trade ? `closed, ${exitName(trade, position)}` : position ? "open" : words(signal.status);
  return `${signal.symbol} ${signal.side.toLowerCase()} · ${state}`;
}

function Body({ answer: { data, error, isCurrent, again } }) {
  if (error && !isCurrent) return html`<${Failed} error=${error} retry=${again} />`;
  if (!data) return html`<${Loading} />`;
  if (!data.signal) return html`<${NoSuch} />`;
  const { signal, position, trade } = data;
  return html`<div class="story">
    ${trade && html`<${Part} title="Result"><${Facts} facts=${tradeFacts(trade, signal.symbol)} test="story-trade" /><//>`}
    ${position?.isOpen && html`<${Part} title="Now"><${Facts} facts=${positionFacts(position)} test="story-position" /><${Actions} id=${position.id} /><//>`}
    <${Part} title="The signal">
      <${Checked} signal=${signal} />
      <${Facts} facts=${signalFacts(signal)} test="story-signal" />
    <//>
    ${position && html`<${Part} title="Fills"><${Fills} position=${position} trade=${trade} /><//>`}
    ${position && html`<${Part} title="The stop’s way"><${WayBack} position=${position} /><//>`}
    <${Amendments} signal=${signal} position=${position} />
  </div>`;
}

/** What can be done about it, for as long as it is open. */
function Actions({ id }) {
  const position = archived.value ? null : positions.value.get(id);
  return position ? html`<p class="story-actions"><${PositionActions} position=${position} /></p>` : null;
}

const NoSuch = () => html`<${Empty} title="There is no such signal">“${chosen.value.account}” never had one of this id.<//>`;

const Part = ({ title, children }) => html`<section><h3>${title}</h3>${children}</section>`;

const CHECKED = {
  WORKING: "Every check of the desk passed; it waits for its price, when risk and buying power are checked again.",
  EXECUTED: "Every check of the desk passed: levels, price, size, risk limits, and buying power (R14 to R19).",
  CANCELLED: "Every check of the desk passed; it was cancelled before it could fill.",
  EXPIRED: "Every check of the desk passed; its time was up before it could fill.",
};

function Checked({ signal: { status, error } }) {
  if (!error) return html`<p class="checked" data-test="story-checks">✓ ${CHECKED[status]}</p>`;
  return html`<p class="checked loss" data-test="story-checks">✕ ${inLabels(error.message)}<${RefusalFigures} error=${error} /></p>`;
}

/** The stop's way; moves by the price are in the journal, which is read back to the entry. */
function WayBack({ position }) {
  const { error, retry, further } = useWayBack([position]);
  return html`<${StopsWay} position=${position}>
    ${further && html`<button type="button" class="small" onClick=${further} data-test="story-further">Read further back</button>`}
    ${error && html`<${Failed} error=${error} retry=${retry} />`}
  <//>`;
}

function Amendments({ signal, position }) {
  const all = [...signal.amendments, ...(position?.amendments ?? [])];
  if (!all.length) return null;
  return html`<${Part} title="Amendments">
    <ol class="way" data-test="story-amendments">
      ${all.map(({ time, cursor, changes }) => html`<li key=${cursor}>
        <time datetime=${time}>${dateTime(time)}</time>
        <span>${changes.map(({ field, from, to }) => changeOf(field, from, to, signal.symbol)).join("; ")}</span>
      </li>`)}
    </ol>
  <//>`;
}
