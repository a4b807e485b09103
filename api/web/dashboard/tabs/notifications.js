import { ask } from "../desk/api.js";
import { useSnapshot } from "../desk/snapshot.js";
import { count, dateTime, words } from "../kit/format.js";
import { html, useEffect, useState } from "../kit/html.js";
import { figure, Table } from "../kit/table.js";
import { Answered } from "./answered.js";

const NOTIFICATIONS = {
  variables: {},
  fields: {
    notifications: `notifications {
      name destination events accounts pending sent failed givenUpSince givenUpReason stopped attempts failingSince nextAttempt lastError lastSent
    }`,
  },
};
const TEST = `mutation TestNotification($input: TestNotificationInput!) {
  testNotification(input: $input) { delivered problem errors { message } }
}`;
/** Messages arrive and fail while nothing happens on the desk. */
const RENEWED_EVERY = 3_000;

const EVENTS = 7;

const listed = (events) => (events.length === EVENTS ? "everything" : events.map((event) => html`<div key=${event}>${words(event)}</div>`));

function Standing({ state: { stopped, attempts, failingSince, nextAttempt, lastError, lastSent } }) {
  if (!lastError) return lastSent ? html`<span class="gain">well</span><div class="figures">last at ${dateTime(lastSent)}</div>` : "nothing sent yet";
  const until = stopped ? "stopped until a test arrives" : `failing since ${dateTime(failingSince)}`;
  return html`<span class=${stopped ? "loss" : "warning"}>${until}</span>
    <div class="reason">${lastError}</div>
    ${nextAttempt && html`<div class="figures">attempt ${count(attempts + 1)} at ${dateTime(nextAttempt)}</div>`}`;
}

function GivenUp({ state: { failed, givenUpSince, givenUpReason } }) {
  return html`${count(failed)}
    ${failed > 0 && html`<div class="figures">since ${dateTime(givenUpSince)}</div><div class="reason">${givenUpReason}</div>`}`;
}

const COLUMNS = [
  { key: "name", label: "Name", head: true, cell: ({ name }) => name, sort: ({ name }) => name },
  { key: "destination", label: "To", cell: ({ destination }) => destination, sort: ({ destination }) => destination },
  { key: "events", label: "Of", cell: ({ events }) => listed(events) },
  { key: "accounts", label: "Accounts", cell: ({ accounts }) => accounts?.join(", ") ?? "all" },
  figure("pending", "Pending", count),
  figure("sent", "Sent", count),
  { key: "failed", label: "Given up", cell: (state) => html`<${GivenUp} state=${state} />`, sort: ({ failed }) => failed },
  { key: "standing", label: "How it goes", cell: (state) => html`<${Standing} state=${state} />` },
  { key: "test", label: "Test", cell: ({ name }) => html`<${TestButton} name=${name} />` },
];

function TestButton({ name }) {
  const [outcome, setOutcome] = useState({ busy: false, text: null, tone: "" });
  const test = async () => {
    setOutcome({ busy: true, text: null, tone: "" });
    setOutcome({ busy: false, ...(await tested(name)) });
  };
  return html`<button type="button" class="small" aria-label=${`Send a test to ${name}`} disabled=${outcome.busy} onClick=${test} data-test="send-test">
      ${outcome.busy ? "Sending …" : "Send a test"}
    </button>
    <div role="status" class=${`figures ${outcome.tone}`} data-test="test-outcome">${outcome.text}</div>`;
}

async function tested(name) {
  try {
    const { delivered, problem, errors } = (await ask(TEST, { input: { name } })).testNotification;
    return delivered ? { text: "it has arrived", tone: "gain" } : { text: problem ?? errors[0].message, tone: "loss" };
  } catch (error) {
    return { text: error.message, tone: "loss" };
  }
}

const NOBODY = {
  title: "Nobody is told what happens here",
  text: html`Tell somebody, as in <code>papertape notify add phone discord://…</code>: Discord, Telegram, Slack, mail, ntfy and
    others, or a program by a signed webhook.`,
};

/** Whom the desk tells what happens, what waits for them and what failed. */
export function NotificationsTab() {
  const answer = useSnapshot(NOTIFICATIONS, {});
  useEffect(() => {
    const timer = setInterval(answer.again, RENEWED_EVERY);
    return () => clearInterval(timer);
  }, [answer.again]);
  return html`<${Answered} answer=${answer} isEmpty=${({ notifications }) => notifications.length === 0} empty=${NOBODY}>
    ${({ notifications }) => html`
      <div class="as-cards">
        <${Table} caption="Notifications" columns=${COLUMNS} rows=${notifications.map((state) => ({ id: state.name, ...state }))} test="table-notifications" />
      </div>
    `}
  <//>`;
}
