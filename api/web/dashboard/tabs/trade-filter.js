import { words } from "../kit/format.js";
import { html } from "../kit/html.js";

const REASONS = ["STOP_LOSS", "TARGET_1", "TARGET_2", "MANUAL", "EXPIRED"];
const midnight = (day) => `${day}T00:00:00Z`;

function dayAfter(day) {
  const time = new Date(midnight(day));
  time.setUTCDate(time.getUTCDate() + 1);
  return time.toISOString();
}

/** A form whose fields are those of the API's TradeFilter; what is empty is not asked for. */
export function TradeFilter({ filter, change, children }) {
  const set = (changes) => {
    const next = { ...filter, ...changes };
    change(Object.fromEntries(Object.entries(next).filter(([, value]) => value !== null)));
  };
  const given = (value, make) => (value ? make(value) : null);
  return html`<form class="filters" onSubmit=${(event) => event.preventDefault()} data-test="trade-filter">
    <label class="field">
      Symbol
      <input
        size="8"
        autocapitalize="characters"
        onChange=${({ target }) => set({ symbols: given(target.value.trim().toUpperCase(), (symbol) => [symbol]) })}
        data-test="filter-symbol"
      />
    </label>
    <label class="field">
      Exit
      <select
        onChange=${({ target }) => set({ exitReasons: given(target.value, (reason) => [reason]) })}
        data-test="filter-reason"
      >
        <option value="">any</option>
        ${REASONS.map((each) => html`<option key=${each} value=${each}>${each === "STOP_LOSS" ? "any stop" : words(each)}</option>`)}
      </select>
    </label>
    <label class="field">
      From
      <input type="date" onChange=${({ target }) => set({ from: given(target.value, midnight) })} data-test="filter-from" />
    </label>
    <label class="field">
      To
      <input type="date" onChange=${({ target }) => set({ to: given(target.value, dayAfter) })} data-test="filter-to" />
    </label>
    <span class="filters-end">${children}</span>
  </form>`;
}
