import { plural, signed } from "../kit/format.js";
import { html } from "../kit/html.js";

const WIDTH = 0.5;
const LOWEST = -2;
const HIGHEST = 4;

const edge = (at) => signed(String(at), 1);

/** Bins of half an R from below −2 to above 4: {label, count, isLoss}. */
function binsOf(multiples) {
  const many = (HIGHEST - LOWEST) / WIDTH;
  const bins = Array.from({ length: many }, (_, at) => LOWEST + at * WIDTH).map((from) => ({
    label: `${edge(from)} to ${edge(from + WIDTH)} R`,
    short: edge(from),
    isLoss: from < 0,
    count: 0,
  }));
  bins.unshift({ label: `below ${edge(LOWEST)} R`, short: "less", isLoss: true, count: 0 });
  bins.push({ label: `${edge(HIGHEST)} R and more`, short: edge(HIGHEST), isLoss: false, count: 0 });
  for (const multiple of multiples) {
    const at = Math.floor((multiple - LOWEST) / WIDTH) + 1;
    bins[Math.min(bins.length - 1, Math.max(0, at))].count += 1;
  }
  return bins;
}

/** How many trades came to how many R. */
export function Histogram({ trades }) {
  const multiples = trades.filter(({ rMultiple }) => rMultiple !== null).map(({ rMultiple }) => Number(rMultiple));
  const bins = binsOf(multiples);
  const most = Math.max(...bins.map(({ count }) => count), 1);
  return html`<section aria-labelledby="histogram-title">
    <h3 id="histogram-title">R multiples of ${plural(multiples.length, "trade")}</h3>
    <ol class="histogram" data-test="histogram">
      ${bins.map(({ label, short, count, isLoss }) => html`<li key=${label} title=${`${label}: ${plural(count, "trade")}`} data-count=${count}>
        <span class="unseen">${label}: ${plural(count, "trade")}</span>
        <span class="histogram-space" aria-hidden="true">
          <span class="histogram-count">${count || ""}</span>
          <span class=${`histogram-bar ${isLoss ? "bar-loss" : "bar-gain"}`} style=${{ height: `${(count / most) * 100}px` }}></span>
        </span>
        <span class="histogram-label" aria-hidden="true">${short}</span>
      </li>`)}
    </ol>
  </section>`;
}
