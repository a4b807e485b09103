import { useSnapshot } from "../desk/snapshot.js";
import { count, dateTime, words } from "../kit/format.js";
import { html, useState } from "../kit/html.js";
import { Copy } from "../kit/states.js";
import { Pager, Table, usePages } from "../kit/table.js";
import { Answered } from "./answered.js";

const PAGE = 25;

const HOOKS = {
  variables: {},
  fields: {
    hooks: `hooks {
      name account template stopPercent target1R target1Percent riskPercent quantity createdAt revokedAt deliveryCount
      texts { title text isJson } warnings
    }`,
  },
};

const DELIVERIES = {
  variables: { hook: "String!", first: "Int!", after: "String" },
  fields: {
    hookDeliveries: `hookDeliveries(hook: $hook, first: $first, after: $after) {
      nodes { number receivedAt status code message excerpt }
      pageInfo { hasNextPage endCursor } totalCount
    }`,
  },
};

const COLUMNS = [
  { key: "name", label: "Hook", head: true, cell: ({ name }) => name, sort: ({ name }) => name },
  { key: "account", label: "Account", cell: ({ account }) => account, sort: ({ account }) => account },
  { key: "template", label: "Template", cell: ({ template }) => template, sort: ({ template }) => template },
  { key: "defaults", label: "Where alerts say nothing", cell: defaults },
  { key: "state", label: "State", cell: state, sort: ({ revokedAt }) => revokedAt },
  { key: "alerts", label: "Alerts", align: "number", cell: (hook) => count(hook.deliveryCount), sort: (hook) => hook.deliveryCount },
];

function defaults({ stopPercent, target1R, target1Percent, riskPercent, quantity }) {
  const told = [
    riskPercent && `${riskPercent} % risk`,
    quantity && `quantity ${quantity}`,
    stopPercent && `stop ${stopPercent} %`,
    target1R && `target ${target1R} R`,
    target1Percent && `target ${target1Percent} %`,
  ];
  return told.filter(Boolean).join(", ") || "–";
}

function state({ createdAt, revokedAt }) {
  return revokedAt ? `revoked ${dateTime(revokedAt)}` : `made ${dateTime(createdAt)}`;
}

const DELIVERED = [
  { key: "number", label: "Number", head: true, cell: ({ number }) => number },
  { key: "time", label: "Received", cell: ({ receivedAt }) => dateTime(receivedAt) },
  { key: "became", label: "Became", cell: (each) => html`<${Became} delivery=${each} />` },
  { key: "alert", label: "Alert", cell: ({ excerpt }) => html`<code class="excerpt">${excerpt}</code>` },
];

function Became({ delivery: { status, code, message } }) {
  return html`<span class=${`outcome outcome-${status.toLowerCase()}`}>${words(status)}</span>
    ${status === "REFUSED" && html`<span class="figures">${words(code)}</span>`}
    <div class="told">${message}</div>`;
}

const NO_HOOK = {
  title: "No hooks yet",
  text: html`A hook is a door for alerts, of TradingView for example: <code>papertape hook create breakouts --risk-percent 1
    --stop-percent 5</code> makes one, and shows its address.`,
};
const NOTHING_CAME = { title: "No alert has come", text: "What comes is shown here, with what became of it." };

/** What came to a hook, the newest first. */
function Deliveries({ hook }) {
  const pages = usePages(PAGE);
  const answer = useSnapshot(DELIVERIES, { hook, first: PAGE, after: pages.after });
  return html`<${Answered} answer=${answer} isEmpty=${({ hookDeliveries }) => !hookDeliveries?.nodes.length} empty=${NOTHING_CAME}>
    ${({ hookDeliveries: page }) => html`
      <div class="as-cards">
        <${Table} caption=${`Alerts to ${hook}, newest first`} columns=${DELIVERED} rows=${page.nodes.map((each) => ({ id: each.number, ...each }))} test="table-deliveries" />
      </div>
      <${Pager} page=${page} back=${pages.back} turn=${pages.turn} shown=${pages.shown} />
    `}
  <//>`;
}

/** What to put into an alert: the hook's address, whose secret nobody knows here any more, and texts for its message. */
function Texts({ hook: { name, texts, warnings } }) {
  const address = `${location.origin}/hooks/${name}/SECRET`;
  return html`<section class="alert-texts" aria-label=${`Texts for alerts to ${name}`}>
    <p class="sentence">
      The address is <code data-test="hook-address">${address}</code>: put the secret in, which was shown when the hook was made.
    </p>
    ${warnings.map((warning) => html`<p key=${warning} class="sentence warning">${warning}</p>`)}
    ${texts.map(({ title, text }) => html`
      <figure key=${title} class="alert-text" data-test="alert-text">
        <figcaption>${title} <${Copy} text=${text} /></figcaption>
        <pre tabindex="0" aria-label=${title}>${text}</pre>
      </figure>
    `)}
  </section>`;
}

/** The doors for alerts: what came to each, and texts to put into alerts. */
export function HooksTab() {
  const answer = useSnapshot(HOOKS, {});
  const [name, setName] = useState(null);
  return html`<${Answered} answer=${answer} isEmpty=${({ hooks }) => hooks.length === 0} empty=${NO_HOOK}>
    ${({ hooks }) => {
      const hook = hooks.find((each) => each.name === name) ?? hooks.find(({ revokedAt }) => !revokedAt) ?? hooks[0];
      return html`
        <div class="as-cards">
          <${Table} caption="Hooks" columns=${COLUMNS} rows=${hooks.map((each) => ({ id: each.name, ...each }))} test="table-hooks" />
        </div>
        <div class="filters">
          <label class="field">
            Show the hook
            <select value=${hook.name} onChange=${({ target }) => setName(target.value)} data-test="choose-hook">
              ${hooks.map((each) => html`<option key=${each.name} value=${each.name}>${each.name}</option>`)}
            </select>
          </label>
        </div>
        <${Deliveries} key=${hook.name} hook=${hook.name} />
        ${hook.revokedAt ? null : html`<${Texts} hook=${hook} />`}
      `;
    }}
  <//>`;
}
