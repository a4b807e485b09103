import { now } from "../desk/freshness.js";
import { useSnapshot } from "../desk/snapshot.js";
import { count, dateTime, duration, plural, price, words } from "../kit/format.js";
import { html } from "../kit/html.js";
import { Table } from "../kit/table.js";
import { Answered } from "./answered.js";

const FEEDS = {
  variables: {},
  fields: {
    feeds: `feeds {
      name status since opens problem bars quotes rejected refusal corrected gapCount
      symbols { symbol lastBar } gaps { symbol since until } corrections { symbol start close }
    }`,
  },
};

const COLUMNS = [
  { key: "symbol", label: "Symbol", head: true, cell: ({ symbol }) => symbol ?? "any", sort: ({ symbol }) => symbol },
  { key: "feed", label: "Feed", cell: ({ feed }) => feed.name, sort: ({ feed }) => feed.name },
  { key: "status", label: "State", cell: ({ feed }) => html`<${State} feed=${feed} />`, sort: ({ feed }) => feed.status },
  { key: "lastBar", label: "Last bar ends", cell: ({ lastBar }) => dateTime(lastBar), sort: ({ lastBar }) => lastBar },
  { key: "gaps", label: "Gaps", cell: ({ gaps }) => html`<${Gaps} gaps=${gaps} />` },
  { key: "corrections", label: "Changed later", cell: ({ corrections }) => html`<${Corrections} bars=${corrections} />` },
];

const TONES = { LIVE: "gain", WAITING: "warning", FAILED: "loss", LOST: "loss" };

function State({ feed: { status, since, opens, problem } }) {
  const lasting = `${words(status)} for ${duration(now.value - Date.parse(since))}`;
  return html`<span class=${TONES[status] ?? ""}>${lasting}</span>
    ${opens && html`<span class="figures"> opens ${dateTime(opens)}</span>`}
    ${problem && html`<span class="figures"> ${problem}</span>`}`;
}

const Gaps = ({ gaps }) =>
  gaps.length ? gaps.map((gap) => html`<div key=${gap.since}>${dateTime(gap.since)} – ${dateTime(gap.until)}</div>`) : "none";

const Corrections = ({ bars }) =>
  bars.length ? bars.map((bar) => html`<div key=${bar.start}>${dateTime(bar.start)} closed at ${price(bar.close)}</div>`) : "none";

function rowsOf(feed, index) {
  const symbols = feed.symbols.length ? feed.symbols : [{ symbol: null, lastBar: null }];
  return symbols.map(({ symbol, lastBar }) => ({
    id: `${index} ${symbol}`,
    feed,
    symbol,
    lastBar,
    gaps: feed.gaps.filter((gap) => gap.symbol === symbol),
    corrections: feed.corrections.filter((bar) => bar.symbol === symbol),
  }));
}

const NO_FEED = {
  title: "No feed brings bars here",
  text: html`Start the server with one, as in <code>papertape serve --feed "ccxt exchange=binance symbols=BTC/USDT"</code>, or
    run one beside it: <code>papertape feed ccxt exchange=binance symbols=BTC/USDT</code>.`,
};

const told = ({ name, bars, quotes, rejected, refusal, corrected, gapCount }) =>
  `${name}: ${plural(bars, "bar")} and ${plural(quotes, "quote")} applied, ${count(rejected)} not taken, ` +
  `${count(corrected)} changed by the market later, ${plural(gapCount, "gap")}${refusal ? `; not taken last: ${refusal}` : ""}`;

/** The markets that the server is fed from: how each stands, and what it has brought. */
export function FeedsTab() {
  const answer = useSnapshot(FEEDS, {});
  return html`<${Answered} answer=${answer} isEmpty=${({ feeds }) => feeds.length === 0} empty=${NO_FEED}>
    ${({ feeds }) => html`
      <div class="as-cards">
        <${Table} caption="Feeds" columns=${COLUMNS} rows=${feeds.flatMap(rowsOf)} test="table-feeds" />
      </div>
      ${feeds.map((feed, index) => html`<p key=${index} class="sentence figures" data-test="feed-told">${told(feed)}</p>`)}
    `}
  <//>`;
}
