import { activity, askOlder, older } from "../desk/activity.js";
import { amendments, learnAmendments } from "../desk/amendments.js";
import { DeskError } from "../desk/api.js";
import { chosen } from "../desk/store.js";
import { dateTime } from "../kit/format.js";
import { html, useCallback, useEffect, useState } from "../kit/html.js";
import { Empty, Failed, Loading } from "../kit/states.js";
import { told } from "./activity-words.js";

/** The account's journal in words, newest first, as far back as was asked for; what happens is added as it happens. */
export function ActivityTab() {
  const [state, ask] = useOlder();
  const { error, retry } = useAmendments();
  const unasked = older.value === undefined;
  useEffect(() => {
    if (unasked) ask();
  }, [unasked]);
  if (state.error && unasked) return html`<${Failed} error=${state.error} retry=${ask} />`;
  if (unasked && !activity.value.length) return html`<${Loading} />`;
  if (!activity.value.length) return html`<${Empty} title="Nothing has happened yet">What happens is told here as it happens.<//>`;
  return html`
    <div class="activity" role="log" tabindex="0" aria-label="Activity, newest first" data-test="activity">
      <ol>
        ${activity.value.map((each) => html`<${Entry} key=${each.cursor} entry=${each} />`)}
      </ol>
    </div>
    ${error && html`<${Failed} error=${error} retry=${retry} />`}
    <${Older} state=${state} ask=${ask} />
  `;
}

/** [{busy, error}, ask]: asks for what the journal holds before. */
function useOlder() {
  const [state, setState] = useState({ busy: false, error: null });
  const ask = useCallback(async () => {
    const { account } = chosen.value;
    setState({ busy: true, error: null });
    try {
      await askOlder(account, () => chosen.value.account === account);
      setState({ busy: false, error: null });
    } catch (error) {
      if (!(error instanceof DeskError)) throw error;
      setState({ busy: false, error });
    }
  }, []);
  return [state, ask];
}

/** Asks what was amended, as far as the list goes: {error, retry}. */
function useAmendments() {
  const [error, setError] = useState(null);
  useEffect(() => {
    if (error) return;
    learnAmendments(activity.value).catch((reason) => {
      if (!(reason instanceof DeskError)) throw reason;
      setError(reason);
    });
  }, [activity.value, amendments.value, error]);
  return { error, retry: () => setError(null) };
}

function Older({ state: { busy, error }, ask }) {
  if (error) return html`<${Failed} error=${error} retry=${ask} />`;
  if (older.value === null) return html`<p class="activity-end muted">The journal begins here.</p>`;
  return html`<p class="activity-end">
    <button type="button" onClick=${ask} disabled=${busy} data-test="activity-older">${busy ? "Asking …" : "Show older"}</button>
  </p>`;
}

function Entry({ entry }) {
  const { text, tone } = told(entry);
  return html`<li data-cursor=${entry.cursor} data-stream=${entry.stream}>
    <time datetime=${entry.occurredAt}>${dateTime(entry.occurredAt)}</time>
    <span class=${tone ?? ""}>${text}</span>
  </li>`;
}
