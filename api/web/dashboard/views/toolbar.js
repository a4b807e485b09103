import { choose, account, accounts, archived, chosen, report, sessions, unknownSession } from "../desk/store.js";
import { date, plural } from "../kit/format.js";
import { html } from "../kit/html.js";
import { openTicket } from "../ticket/ticket.js";
import { Connection } from "./connection.js";
import { askToDisable, askToEnable, askToReset } from "./lifecycle.js";
import { KeysButton } from "./keys.js";
import { ReportLink } from "./report-link.js";
import { ThemeButton } from "./theme-button.js";

export function Toolbar() {
  return html`
    <header class="toolbar">
      <h1 class="brand"><img src="static/icon.svg" alt="" />Papertape</h1>
      <${AccountSwitcher} />
      <${SessionPicker} />
      <div class="toolbar-end">
        <${Connection} />
        <${Lifecycle} />
        <${ReportLink} />
        <a href="graphql" data-test="to-graphiql">GraphiQL</a>
        <${ThemeButton} />
        <${KeysButton} />
      </div>
    </header>
    <${ArchiveNote} />
  `;
}

function AccountSwitcher() {
  const name = chosen.value.account;
  const names = accounts.value.map((each) => each.name);
  if (name !== null && !names.includes(name)) names.unshift(name);
  if (!names.length) return null;
  return html`<label class="field">
    Account
    <select
      value=${name}
      onChange=${(event) => choose({ account: event.target.value, session: null })}
      data-test="account-switcher"
    >
      ${names.map((each) => html`<option key=${each} value=${each}>${each}</option>`)}
    </select>
  </label>`;
}

function SessionPicker() {
  if (!account.value) return null;
  const ended = sessions.value.filter((each) => each.endedAt !== null);
  const running = account.value.session.number;
  return html`<label class="field">
    Session
    <select
      value=${archived.value ? chosen.value.session : ""}
      onChange=${(event) => choose({ session: Number(event.target.value) || null })}
      data-test="session-picker"
    >
      <option value="">${running}, running</option>
      ${ended.map(
        (each) => html`<option key=${each.number} value=${each.number}>
          ${each.number}, ended ${date(each.endedAt)}, ${plural(each.tradeCount, "trade")}
        </option>`,
      )}
    </select>
  </label>`;
}

function ArchiveNote() {
  if (!archived.value || unknownSession.value) return null;
  const span = report.value ? `, ${date(report.value.from)} to ${date(report.value.to)}` : "";
  return html`<p class="archive" role="status" data-test="archive-note">
    Session ${chosen.value.session}${span}, is the archive: it has ended, nothing in it moves or can be changed.${" "}
    <button type="button" class="small" onClick=${() => choose({ session: null })} data-test="back-to-running">
      Back to the running session
    </button>
  </p>`;
}

function Lifecycle() {
  const { value } = account;
  if (!value || archived.value) return null;
  return html`
    <button type="button" class="primary" onClick=${() => openTicket()} aria-keyshortcuts="n" data-test="new-order">
      New order<kbd aria-hidden="true">n</kbd>
    </button>
    ${value.enabled
      ? html`<button type="button" onClick=${() => askToDisable(value)} data-test="disable">Disable …</button>`
      : html`<button type="button" class="primary" onClick=${() => askToEnable(value)} data-test="enable">Enable …</button>`}
    <button type="button" onClick=${() => askToReset(value)} data-test="reset">Reset …</button>
  `;
}
