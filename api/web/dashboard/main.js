import { EquityChart } from "./charts/equity.js";
import { Detail } from "./detail/detail.js";
import { tellOfFills } from "./desk/alerts.js";
import { start } from "./desk/following.js";
import { account, archived, chosen, choose, connection, unauthorized, unknownSession } from "./desk/store.js";
import { html, render } from "./kit/html.js";
import { Empty, Loading } from "./kit/states.js";
import { Tabs } from "./kit/tabs.js";
import { Market } from "./market/market.js";
import { Outcome } from "./orders/outcome.js";
import { told } from "./tabs/activity-words.js";
import { TABS } from "./tabs/index.js";
import { useTicketKey } from "./ticket/ticket.js";
import { Banner } from "./views/banner.js";
import { Cards } from "./views/cards.js";
import { FirstRun } from "./views/first-run.js";
import { useKeys } from "./views/keys.js";
import { Positions } from "./views/positions.js";
import { keepTitle } from "./views/title.js";
import { TokenForm } from "./views/token.js";
import { Toolbar } from "./views/toolbar.js";

const KEPT_BUT_OLD = new Set(["stale", "lost"]);

function Desk() {
  if (unauthorized.value) return html`<${TokenForm} />`;
  if (account.value === undefined) return html`<${Loading} />`;
  if (account.value === null) return html`<${FirstRun} />`;
  if (unknownSession.value) return html`<${NoSession} />`;
  const key = `${chosen.value.account}:${chosen.value.session}`;
  return html`
    <${Cards} />
    <div class="middle">
      <${EquityChart} key=${key} />
      ${!archived.value && html`<${Positions} key=${key} />`}
      <${Market} key=${key} />
    </div>
    ${TABS.length > 0 && html`<${Tabs} key=${key} label="More about this account" items=${TABS} />`}
  `;
}

function NoSession() {
  const { account: name, session } = chosen.value;
  return html`<section class="panel" data-test="no-session">
    <${Empty} title=${`“${name}” has no session ${session}`}>
      <button type="button" onClick=${() => choose({ session: null })} data-test="to-running">Go to the running session</button>
    <//>
  </section>`;
}

function App() {
  useTicketKey();
  useKeys();
  const dimmed = KEPT_BUT_OLD.has(connection.value.state);
  return html`
    <${Banner} />
    <${Toolbar} />
    <main id="main" tabindex="-1" class=${dimmed ? "dimmed" : ""} data-test="main"><${Desk} /></main>
    <${Detail} />
    <${Outcome} />
  `;
}

const place = document.getElementById("app");
place.replaceChildren();
render(html`<${App} />`, place);
keepTitle();
tellOfFills((entry) => told(entry).text);
start();
