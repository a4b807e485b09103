import { useSnapshot } from "../desk/snapshot.js";
import { chosen } from "../desk/store.js";
import { sign, signedPercent, tone } from "../kit/format.js";
import { html } from "../kit/html.js";
import { Answered } from "./answered.js";

const MONTHS = {
  variables: { account: "String!", session: "Int" },
  fields: { report: "report(account: $account, session: $session) { monthlyReturns { year month percent } }" },
};

const NAMES = Array.from({ length: 12 }, (_, month) =>
  new Intl.DateTimeFormat("en-GB", { month: "short", timeZone: "UTC" }).format(new Date(Date.UTC(2024, month, 15))),
);
const STRONGEST = 4;
const EMPTY = { title: "No month yet", text: "A month appears here with the first day that has data of a symbol you signalled." };

/** A heat map of months; the figure is in each, so that no colour needs to be told apart. */
export function MonthsTab() {
  const answer = useSnapshot(MONTHS, chosen.value);
  return html`<${Answered} answer=${answer} isEmpty=${({ report }) => !report?.monthlyReturns.length} empty=${EMPTY}>
    ${({ report }) => html`<${Map} months=${report.monthlyReturns} />`}
  <//>`;
}

function Map({ months }) {
  const years = [...new Set(months.map((each) => each.year))].sort((a, b) => b - a);
  const largest = Math.max(...months.map((each) => Math.abs(Number(each.percent))));
  const of = (year, month) => months.find((each) => each.year === year && each.month === month);
  return html`<div class="table-frame" role="group" aria-label="Monthly returns" tabindex="0" data-test="table-months">
    <table class="months">
      <caption class="unseen">Monthly returns in percent</caption>
      <thead>
        <tr>
          <th scope="col">Year</th>
          ${NAMES.map((name) => html`<th key=${name} scope="col" class="number">${name}</th>`)}
          <th scope="col" class="number">Year</th>
        </tr>
      </thead>
      <tbody>
        ${years.map(
          (year) => html`<tr key=${year}>
            <th scope="row">${year}</th>
            ${NAMES.map((name, index) => html`<${Month} key=${name} name=${name} found=${of(year, index + 1)} largest=${largest} />`)}
            <td class=${`number year-total ${tone(yearly(months, year))}`} data-label="Year">${signedPercent(yearly(months, year))}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** What a year's months come to when each begins with what the one before left, percent. */
function yearly(months, year) {
  const grown = months.filter((each) => each.year === year).reduce((whole, { percent }) => whole * (1 + Number(percent) / 100), 1);
  return ((grown - 1) * 100).toFixed(12);
}

function Month({ name, found, largest }) {
  if (!found) return html`<td class="number muted" data-label=${name}><span class="unseen">no data</span></td>`;
  const strength = largest ? Math.ceil((Math.abs(Number(found.percent)) / largest) * STRONGEST) : 0;
  const way = ["down", "flat", "up"][sign(found.percent) + 1];
  return html`<td class=${`number month-${way} strength-${strength}`} data-label=${name}>${signedPercent(found.percent)}</td>`;
}
