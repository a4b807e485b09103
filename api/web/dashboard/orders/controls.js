import { html, useId } from "../kit/html.js";

/** A field of an order: its label, its control, and under it what is wrong with it, or a hint. */
export function Labelled({ label, name, fault, hint, wide = false, children }) {
  const id = useId();
  const note = `${id}-note`;
  return html`<div class=${`order-field${fault ? " refused" : ""}${wide ? " wide" : ""}`} data-test=${`field-${name}`}>
    <label for=${id}>${label}</label>
    <span class="control">${children({ id, "aria-describedby": note, "aria-invalid": Boolean(fault) })}</span>
    <span class="note" id=${note}>${fault ? html`<span class="loss" role="alert">${fault}</span>` : html`<span class="hint">${hint}</span>`}</span>
  </div>`;
}

/** A figure, and how it is given: `by` is {name, options} of a choice beside it, or nothing. `order` is {form, set, faults}. */
export function Figure({ label, name, by, order, hint, placeholder, focus = false, unit }) {
  const { form, set, faults } = order;
  return html`<${Labelled} label=${label} name=${name} fault=${faults[name]} hint=${hint}>
    ${(about) => html`
      <input
        ...${about}
        inputmode="decimal"
        autocomplete="off"
        autofocus=${focus}
        placeholder=${placeholder}
        value=${form[name]}
        onInput=${({ target }) => set({ [name]: target.value.trim() })}
        data-test=${`input-${name}`}
      />
      ${by && html`<${Choice} label=${`${label}: given as`} name=${by} order=${order} />`}
      ${unit && html`<span class="unit">${unit}</span>`}
    `}
  <//>`;
}

export function Words({ label, name, order, hint, list, focus = false, wide = false, longest = 500, capitals = false }) {
  const { form, set, faults } = order;
  const typed = (text) => (capitals ? text.toUpperCase() : text);
  return html`<${Labelled} label=${label} name=${name} fault=${faults[name]} hint=${hint} wide=${wide}>
    ${(about) => html`<input
      ...${about}
      autocomplete="off"
      autocapitalize=${capitals ? "characters" : "sentences"}
      spellcheck=${!capitals}
      maxlength=${longest}
      autofocus=${focus}
      list=${list}
      onFocus=${({ target }) => target.select()}
      value=${form[name]}
      onInput=${({ target }) => set({ [name]: typed(target.value) })}
      data-test=${`input-${name}`}
    />`}
  <//>`;
}

export function Instant({ label, name, order }) {
  const { form, set, faults } = order;
  return html`<${Labelled} label=${`${label} (UTC)`} name=${name} fault=${faults[name]}>
    ${(about) => html`<input
      ...${about}
      type="datetime-local"
      value=${form[name]}
      onInput=${({ target }) => set({ [name]: target.value })}
      data-test=${`input-${name}`}
    />`}
  <//>`;
}

/** One of OPTIONS[name]; `label` where no other label names it. */
export function Choice({ label, name, order: { form, set }, options = OPTIONS[name], ...about }) {
  return html`<select
    ...${about}
    aria-label=${label}
    value=${form[name]}
    onChange=${({ target }) => set({ [name]: target.value })}
    data-test=${`choose-${name}`}
  >
    ${options.map(([value, text]) => html`<option key=${value} value=${value}>${text}</option>`)}
  </select>`;
}

export function Chosen({ label, name, order, hint, options }) {
  return html`<${Labelled} label=${label} name=${name} fault=${order.faults[name]} hint=${hint}>
    ${(about) => html`<${Choice} ...${about} name=${name} order=${order} options=${options} />`}
  <//>`;
}

/** Two or three choices side by side, which the arrows walk. */
export function Radios({ legend, name, options, order: { form, set } }) {
  const group = useId();
  return html`<fieldset class="radios" data-test=${`field-${name}`}>
    <legend class="unseen">${legend}</legend>
    ${options.map(
      ([value, text]) => html`<label key=${value} class=${`radio radio-${value.toLowerCase()}`}>
        <input
          type="radio"
          name=${group}
          value=${value}
          checked=${form[name] === value}
          onChange=${() => set({ [name]: value })}
          data-test=${`${name}-${value.toLowerCase()}`}
        />
        <span>${text}</span>
      </label>`,
    )}
  </fieldset>`;
}

export const OPTIONS = {
  assetClass: [
    ["STOCK", "stock"],
    ["FOREX", "forex"],
    ["CRYPTO", "crypto"],
  ],
  entry: [
    ["MARKET", "at the market"],
    ["LIMIT", "limit"],
    ["STOP", "stop"],
    ["NEXT_OPEN", "next open"],
    ["AT_CLOSE", "at the close"],
  ],
  sizeBy: [
    ["riskPercent", "% risk"],
    ["quantity", "units"],
  ],
  stopBy: [
    ["stopLoss", "price"],
    ["stopDistance", "away"],
    ["stopPercent", "% away"],
  ],
  target1By: [
    ["target1", "price"],
    ["target1R", "R"],
  ],
  target2By: [
    ["target2", "price"],
    ["target2R", "R"],
  ],
  trailBy: [
    ["offset", "behind"],
    ["percent", "% behind"],
  ],
  activationBy: [
    ["activation", "price"],
    ["activationR", "R"],
  ],
};
