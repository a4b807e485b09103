import { EquityChart } from "./charts/equity.js";
import { start } from "./desk/following.js";
import { account, archived, chosen, connection, unauthorized } from "./desk/store.js";
import { html, render } from "./kit/html.js";
import { Loading } from "./kit/states.js";
import { Tabs } from "./kit/tabs.js";
import { TABS } from "./tabs/index.js";
import { Banner } from "./views/banner.js";
import { Cards } from "./views/cards.js";
import { FirstRun } from "./views/first-run.js";
import { Positions } from "./views/positions.js";
import { TokenForm } from "./views/token.js";
import { Toolbar } from "./views/toolbar.js";

const KEPT_BUT_OLD = new Set(["stale", "lost"]);

function Desk() {
  if (unauthorized.value) return html`<${TokenForm} />`;
  if (account.value === undefined) return html`<${Loading} />`;
  if (account.value === null) return html`<${FirstRun} />`;
  const key = `${chosen.value.account}:${chosen.value.session}`;
  return html`
    <${Cards} />
    <div class="middle">
      <${EquityChart} key=${key} />
      ${!archived.value && html`<${Positions} key=${key} />`}
    </div>
    ${TABS.length > 0 && html`<${Tabs} key=${key} label="More about this account" items=${TABS} />`}
  `;
}

function App() {
  const dimmed = KEPT_BUT_OLD.has(connection.value.state);
  return html`
    <${Banner} />
    <${Toolbar} />
    <main id="main" tabindex="-1" class=${dimmed ? "dimmed" : ""} data-test="main"><${Desk} /></main>
  `;
}

const place = document.getElementById("app");
place.replaceChildren();
render(html`<${App} />`, place);
start();
