import { html, useMemo, useState } from "./html.js";

/**
 * A table that can be sorted and read aloud. A column is {key, label, cell(row), sort?(row), align?, head?}; without
 * `sort` it cannot be sorted by. `sort` is {key, descending} to begin with; without it rows stay as they came.
 * `opens(row)` gives what a click on a row does, and
 * `totals` are rows of what stands below each column, by its key.
 * Rows are {id, ...}.
 */
export function Table({ caption, columns, rows, sort = null, test, opens = null, totals = [] }) {
  const [order, setOrder] = useState(sort);
  const sorted = useMemo(() => inOrder(rows, columns, order), [rows, columns, order]);
  return html`<${Frame} caption=${caption} columns=${columns} order=${order} sortBy=${setOrder} totals=${totals} test=${test}>
    ${sorted.map((row) => html`<${Row} key=${row.id} row=${row} columns=${columns} class=${opens && "leads"} onClick=${opens?.(row)} />`)}
  <//>`;
}

/** A column of a figure of each row, by its key: shown, sorted by and, where it is `toned`, coloured. */
export const figure = (key, label, show, toned = null) => ({
  key,
  label,
  align: "number",
  cell: (each) => show(each[key]),
  sort: (each) => (each[key] === null ? null : Number(each[key])),
  tone: toned && ((each) => toned(each[key])),
});

/** A table's frame, which the keyboard can scroll, heads around rows of any kind, and totals; `sortBy` gets the order that was asked for, `count` is of the rows if not all are drawn. */
export function Frame({ caption, columns, order, sortBy, totals = [], count = null, test, children }) {
  const toggle = (key) => sortBy({ key, descending: order?.key === key ? !order.descending : true });
  return html`<div class="table-frame" role="group" aria-label=${caption} tabindex="0" data-test=${test}>
    <table aria-rowcount=${count === null ? null : count + 1}>
      <caption class="unseen">${caption}</caption>
      <thead>
        <tr>
          ${columns.map((column) => html`<${Head} key=${column.key} column=${column} order=${order} toggle=${toggle} />`)}
        </tr>
      </thead>
      <tbody>
        ${children}
      </tbody>
      ${totals.length > 0 && html`<tfoot>${totals.map((total) => html`<${Total} key=${total.id} columns=${columns} total=${total} />`)}</tfoot>`}
    </table>
  </div>`;
}

const Total = ({ columns, total }) => html`<tr data-id=${total.id}>
  ${columns.map(({ key, label, align, head }) =>
    head
      ? html`<th key=${key} scope="row">${total[key]}</th>`
      : html`<td key=${key} class=${align} data-label=${key in total ? label : null} data-key=${key}>${total[key]}</td>`,
  )}
</tr>`;

function Head({ column, order, toggle }) {
  const chosen = order?.key === column.key;
  const direction = chosen ? (order.descending ? "descending" : "ascending") : undefined;
  if (!column.sort) return html`<th scope="col" class=${column.align}>${column.label}</th>`;
  return html`<th scope="col" class=${column.align} aria-sort=${direction}>
    <button type="button" class="sort" onClick=${() => toggle(column.key)} data-test=${`sort-${column.key}`}>
      ${column.label}<span class="sort-mark" aria-hidden="true">${chosen ? (order.descending ? "▼" : "▲") : ""}</span>
    </button>
  </th>`;
}

export function Row({ row, columns, class: name, onClick }) {
  return html`<tr class=${name} data-id=${row.id} onClick=${onClick}>
    ${columns.map((column) => html`<${Cell} key=${column.key} column=${column} row=${row} />`)}
  </tr>`;
}

export function Cell({ column, row }) {
  const classes = [column.align, column.tone?.(row)].filter(Boolean).join(" ");
  const content = column.cell(row);
  return column.head
    ? html`<th scope="row" class=${classes} data-label=${column.label} data-key=${column.key}>${content}</th>`
    : html`<td class=${classes} data-label=${column.label} data-key=${column.key}>${content}</td>`;
}

export function inOrder(rows, columns, order) {
  const by = order && columns.find((column) => column.key === order.key)?.sort;
  if (!by) return rows;
  const direction = order.descending ? -1 : 1;
  return rows
    .map((row) => [by(row), row])
    .sort(([a], [b]) => (a === b ? 0 : a === null ? 1 : b === null ? -1 : a < b ? -direction : direction))
    .map(([, row]) => row);
}

/** Steps through a Relay list. `page` is its {pageInfo, totalCount, nodes}; `turn(after)` asks for another. */
export function Pager({ page, back, turn, shown }) {
  const { pageInfo, totalCount, nodes } = page;
  const first = nodes.length ? shown + 1 : 0;
  return html`<nav class="pager" aria-label="Pages" data-test="pager">
    <button type="button" onClick=${back} disabled=${!back} data-test="newer">Newer</button>
    <span aria-live="polite">${first}–${shown + nodes.length} of ${totalCount}</span>
    <button type="button" onClick=${() => turn(pageInfo.endCursor)} disabled=${!pageInfo.hasNextPage} data-test="older">
      Older
    </button>
  </nav>`;
}

/** The state of a pager: which `after` to ask for, and the way back. */
export function usePages(size) {
  const [trail, setTrail] = useState([null]);
  return {
    after: trail.at(-1),
    shown: (trail.length - 1) * size,
    turn: (after) => setTrail([...trail, after]),
    back: trail.length > 1 ? () => setTrail(trail.slice(0, -1)) : null,
    restart: () => setTrail([null]),
  };
}
