import { useNewestTrades } from "../desk/all-trades.js";
import { report } from "../desk/store.js";
import { plus } from "../kit/decimal.js";
import { compactMoney, plural, sign, signedMoney } from "../kit/format.js";
import { html, useMemo, useState } from "../kit/html.js";
import { Empty, Failed, Loading } from "../kit/states.js";
import { Histogram } from "./histogram.js";

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const STRONGEST = 4;
const monthName = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });

/** What closed trades brought day by day, and how their R multiples are spread. */
export function CalendarTab() {
  const { trades, isWhole, error, again } = useNewestTrades();
  if (error && !trades) return html`<${Failed} error=${error} retry=${again} />`;
  if (!trades || !report.value) return html`<${Loading} />`;
  if (!trades.length) return html`<${Empty} title="No trades yet">A day counts what the trades brought that were closed on it.<//>`;
  return html`<div class="calendar-and-spread">
    <${Calendar} trades=${trades} zone=${report.value.session.timezone} />
    <${Histogram} trades=${trades} />
    ${!isWhole && html`<p class="sentence muted">Of the newest ${plural(trades.length, "trade")}.</p>`}
  </div>`;
}

function Calendar({ trades, zone }) {
  const days = useMemo(() => byDay(trades, zone), [trades, zone]);
  const newest = [...days.keys()].sort().at(-1).slice(0, 7);
  const oldest = [...days.keys()].sort()[0].slice(0, 7);
  const [month, setMonth] = useState(newest);
  return html`<section aria-labelledby="calendar-title" data-test="calendar">
    <div class="calendar-head">
      <h3 id="calendar-title" aria-live="polite">${monthName.format(new Date(`${month}-01T00:00:00Z`))}</h3>
      <button type="button" class="small" onClick=${() => setMonth(shifted(month, -1))} disabled=${month <= oldest} data-test="month-before">Before</button>
      <button type="button" class="small" onClick=${() => setMonth(shifted(month, 1))} disabled=${month >= newest} data-test="month-after">After</button>
      <span class="hint">trades by the day they were closed, ${zone}</span>
    </div>
    <${Month} month=${month} days=${days} />
  </section>`;
}

/** {pnl, count} of each day that trades were closed on, summed exactly. */
function byDay(trades, zone) {
  const dayOf = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
  const days = new Map();
  for (const { exitTime, realizedPnl } of trades) {
    const day = dayOf.format(new Date(exitTime));
    const { pnl, count } = days.get(day) ?? { pnl: "0", count: 0 };
    days.set(day, { pnl: plus(pnl, realizedPnl), count: count + 1 });
  }
  return days;
}

function shifted(month, by) {
  const time = new Date(`${month}-01T00:00:00Z`);
  time.setUTCMonth(time.getUTCMonth() + by);
  return time.toISOString().slice(0, 7);
}

function Month({ month, days }) {
  const largest = Math.max(...[...days].filter(([day]) => day.startsWith(month)).map(([, { pnl }]) => Math.abs(Number(pnl))), 0);
  return html`<table class="calendar">
    <caption class="unseen">Profit and loss of the days of the month</caption>
    <thead><tr>${DAYS.map((day) => html`<th key=${day} scope="col">${day}</th>`)}</tr></thead>
    <tbody>
      ${weeksOf(month).map(
        (week) => html`<tr key=${week[0] ?? week.at(-1)}>
          ${week.map((day, index) => html`<${Day} key=${index} day=${day} found=${days.get(day)} largest=${largest} />`)}
        </tr>`,
      )}
    </tbody>
  </table>`;
}

/** Weeks from Monday on, as days "2024-02-09"; null: a day of another month. */
function weeksOf(month) {
  const first = new Date(`${month}-01T00:00:00Z`);
  const before = (first.getUTCDay() + 6) % 7;
  const many = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  const days = [...new Array(before).fill(null), ...Array.from({ length: many }, (_, day) => `${month}-${String(day + 1).padStart(2, "0")}`)];
  while (days.length % 7) days.push(null);
  return Array.from({ length: days.length / 7 }, (_, week) => days.slice(week * 7, week * 7 + 7));
}

function Day({ day, found, largest }) {
  if (day === null) return html`<td></td>`;
  const number = html`<span class="day">${Number(day.slice(-2))}</span>`;
  if (!found) return html`<td>${number}</td>`;
  const strength = largest ? Math.ceil((Math.abs(Number(found.pnl)) / largest) * STRONGEST) : 0;
  const way = ["down", "flat", "up"][sign(found.pnl) + 1];
  return html`<td class=${`month-${way} strength-${strength}`} data-day=${day}>
    ${number}
    <b class="wide-only">${signedMoney(found.pnl)}</b>
    <b class="narrow-only">${compactMoney(found.pnl)}</b>
    <span class="trades-of-day wide-only">${plural(found.count, "trade")}</span>
  </td>`;
}
