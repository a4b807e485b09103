import { useAnswer } from "../desk/answer.js";
import { ask, DeskError } from "../desk/api.js";
import { chosen } from "../desk/store.js";
import { show } from "../kit/dialog.js";
import { html, useState } from "../kit/html.js";
import { Refusals } from "../kit/states.js";
import { Checks, limitsOf } from "./checks.js";
import { useDebounced } from "./debounced.js";
import { blamed, changesOf, formOf, malformed } from "./form.js";
import { POSITION, SIGNAL } from "./amendable.js";
import { OrderDialog, useSending } from "./order-dialog.js";
import { newId, outcome } from "./sending.js";

/** Asks to amend an open position; `begun` are fields of the form that are changed already, as by dragging a level. */
export const askToAmendPosition = (position, begun = {}) => open(POSITION, position, begun);

/** Asks to amend a signal that waits. */
export const askToAmendSignal = (signal) => open(SIGNAL, signal, {});

async function open(kind, { id }, begun) {
  const { account } = chosen.value;
  try {
    const seen = await look(kind, account, id);
    show(Amend, { kind, account, id, first: seen, begun });
  } catch (error) {
    if (!(error instanceof DeskError)) throw error;
    outcome.value = { text: error.message, tone: "loss" };
  }
}

/** What is to be amended, and the cursor of the moment: {record, cursor}. */
async function look(kind, account, id) {
  const { node, account: standing } = await ask(kind.look, { account, id });
  return { record: node, cursor: standing.cursor };
}

function Amend({ kind, account, id, first, begun, close }) {
  const [seen, setSeen] = useState(first);
  const [edits, setEdits] = useState(begun);
  const sending = useSending(close);
  const before = formOf(seen.record);
  const form = { ...before, ...edits };
  const faults = malformed(form);
  const changes = changesOf(before, form, kind.fields);
  const isWhole = !Object.keys(faults).length && Object.keys(changes).length > 0;
  const named = { account, ...kind.name(seen.record), ifCursor: seen.cursor };
  const asked = useAssessment(kind, isWhole ? { ...named, ...changes } : null, { account, id, name: named, record: seen.record });
  const refusals = [...(asked?.then.errors ?? []), ...sending.errors];
  const lookAgain = async () => setSeen(await look(kind, account, id));
  const order = {
    form,
    set: (changed) => setEdits((now) => ({ ...now, ...changed })),
    faults: { ...(isWhole ? blamed(refusals) : {}), ...faults },
  };
  const send = () =>
    sending.send({ document: kind.amend, field: kind.field, input: { ...named, ...changes, id: newId() } }, () => kind.done(seen.record));
  return html`<${OrderDialog}
    title=${kind.title(seen.record)}
    test=${kind.test}
    close=${close}
    fields=${html`<${kind.Fields} order=${order} record=${seen.record} />`}
    action="Amend"
    ready=${isWhole && Boolean(asked?.isCurrent) && asked.then.accepted}
    send=${send}
    sending=${sending}
  >
    <${Assessment} kind=${kind} seen=${seen} changes=${changes} asked=${asked} isWhole=${isWhole} lookAgain=${lookAgain} sent=${sending.errors} />
  <//>`;
}

/** What the desk would decide, beside what is so now: {now, then, account, record, isCurrent}; null: not asked yet. */
function useAssessment(kind, input, { account, id, name, record }) {
  const { ifCursor, ...named } = name;
  const variables = input && { input, same: { ...named, ...kind.unchanged(record) }, account, id };
  const { value, isSettled } = useDebounced(variables);
  const { data, error, isCurrent } = useAnswer(value && kind.assess, value);
  if (variables === null || (!data && !error)) return null;
  if (error) return { now: null, then: { accepted: false, errors: [{ message: error.message }] }, isCurrent: false };
  const { now, then, account: standing, node } = data;
  return { now, then, account: standing, record: node, isCurrent: isSettled && isCurrent };
}

function Assessment({ kind, seen, changes, asked, isWhole, lookAgain, sent }) {
  if (!isWhole) return html`<p class="hint">Change something, and what would come of it is told here.</p>`;
  if (asked === null) return html`<p class="hint">Asking the desk …</p>`;
  const { now, then, account, record, isCurrent } = asked;
  const isOld = [...then.errors, ...sent].some(({ code }) => code === "CHANGED_MEANWHILE");
  return html`<div class=${isCurrent ? "" : "asking"} aria-busy=${isCurrent ? "false" : "true"} data-test="preview" data-current=${isCurrent}>
    <p class=${then.accepted ? "verdict gain" : "verdict loss"} role="status" data-test="verdict">
      ${then.accepted ? "The desk would do it." : "The desk would refuse it."}
    </p>
    <${Refusals} errors=${then.errors} />
    ${isOld && record && html`<${ChangedMeanwhile} kind=${kind} seen=${seen.record} record=${record} lookAgain=${lookAgain} />`}
    <ul class="changes" data-test="changes">
      ${Object.keys(changes).map((field) => html`<li key=${field}>${kind.change(field, seen.record, changes)}</li>`)}
    </ul>
    ${now && html`<${Checks} checks=${limitsOf(then, account, now.tradeRiskPercent)} errors=${then.errors} />`}
    ${then.accepted && html`<ul class="consequences"><li>${kind.consequence}</li></ul>`}
  </div>`;
}

/** How what is to be amended stands by now, where that is not as it was seen; and a way to go on from there. */
function ChangedMeanwhile({ kind, seen, record, lookAgain }) {
  return html`<div class="meanwhile" data-test="meanwhile">
    <p><b>It changed while you looked at it.</b></p>
    <ul>
      ${kind.differences(seen, record).map((each) => html`<li key=${each}>${each}</li>`)}
    </ul>
    <button type="button" class="small" onClick=${lookAgain} data-test="look-again">Look again</button>
  </div>`;
}
