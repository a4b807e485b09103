import { html, useId } from "../kit/html.js";

/** One setting: its label, its control, when a change takes effect, and what the desk said against it. */
export function Field({ field, text, edit, errors }) {
  const id = useId();
  const note = `${id}-note`;
  const control = field.options ? Choice : field.models ? Model : Text;
  return html`<div class=${`setting${errors.length ? " refused" : ""}`} data-test=${`setting-${field.name}`}>
    <label for=${id}>${field.label}</label>
    <${control} id=${id} note=${note} field=${field} text=${text} edit=${edit} invalid=${errors.length > 0} />
    <span class="hint" id=${note}>
      ${errors.length ? html`<span class="loss" role="alert">${errors.map(({ message }) => message).join(" ")}</span>` : `takes effect ${field.effect}`}
    </span>
  </div>`;
}

function Text({ id, note, field, text, edit, invalid }) {
  return html`<span class="control">
    <input
      id=${id}
      inputmode=${field.keyboard ?? "decimal"}
      autocomplete="off"
      value=${text}
      aria-describedby=${note}
      aria-invalid=${invalid}
      onInput=${({ target }) => edit(target.value)}
    />
    <span class="unit">${field.unit}</span>
  </span>`;
}

function Choice({ id, note, field, text, edit, invalid }) {
  return html`<span class="control">
    <select id=${id} value=${text} aria-describedby=${note} aria-invalid=${invalid} onChange=${({ target }) => edit(target.value)}>
      ${field.options.map(([value, label]) => html`<option key=${value} value=${value}>${label}</option>`)}
    </select>
  </span>`;
}

/** A model and its figure: "PERCENT 0.02". */
function Model({ id, note, field, text, edit, invalid }) {
  const [model, figure] = text.split(" ");
  return html`<span class="control">
    <input
      id=${id}
      inputmode="decimal"
      autocomplete="off"
      value=${figure}
      aria-describedby=${note}
      aria-invalid=${invalid}
      onInput=${({ target }) => edit(`${model} ${target.value.trim()}`)}
    />
    <select value=${model} aria-label=${`${field.label}: how it is counted`} onChange=${({ target }) => edit(`${target.value} ${figure}`)}>
      ${Object.entries(field.models).map(([value, label]) => html`<option key=${value} value=${value}>${label}</option>`)}
    </select>
  </span>`;
}
