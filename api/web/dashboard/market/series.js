import { ask } from "../desk/api.js";

const PAGE = 1_000;
const WIDEST_LOOK = 64;
const AGAIN = 20;

const BARS = `query Bars($symbol: String!, $interval: String, $from: DateTime, $to: DateTime, $after: String, $first: Int!) {
  bars(symbol: $symbol, interval: $interval, from: $from, to: $to, first: $first, after: $after) {
    nodes { start end open high low close volume } pageInfo { hasNextPage endCursor }
  }
}`;

/** How long bars may be, in seconds, by their name; those of the store have a length of their own. */
export const INTERVALS = { "1m": 60, "5m": 300, "15m": 900, "1h": 3_600, "4h": 14_400, "1d": 86_400, "1w": 604_800 };

const asTime = (iso) => Date.parse(iso) / 1_000;
const asIso = (seconds) => new Date(seconds * 1_000).toISOString();

const barOf = ({ start, end, open, high, low, close, volume }) => ({
  start: asTime(start),
  end: asTime(end),
  open: Number(open),
  high: Number(high),
  low: Number(low),
  close: Number(close),
  texts: { start, open, high, low, close, volume },
});

/**
 * The bars of a symbol around what is looked at, oldest first and without a hole, of which more are fetched on either side.
 * A bar keeps its place: that of the oldest is `first`, and becomes smaller as older ones come.
 */
export class Series {
  bars = [];
  first = 0;
  hasOlder = true;
  hasNewer = false;
  #cursor = null;
  #asking = { older: false, newer: false };

  constructor(symbol, interval) {
    this.symbol = symbol;
    this.interval = interval;
  }

  get last() {
    return this.first + this.bars.length - 1;
  }

  at(place) {
    return this.bars[Math.round(place) - this.first];
  }

  /** How long a bar usually is, seconds. */
  get length() {
    const lengths = this.bars.slice(-100).map(({ start, end }) => end - start);
    return lengths.sort((a, b) => a - b)[Math.floor(lengths.length / 2)] ?? 0;
  }

  /** The place of the newest bar that began by a time, or before it where `isOpening` is false. */
  placeOf(time, isOpening = false) {
    let [low, high] = [0, this.bars.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.bars[middle].start < time || (isOpening && this.bars[middle].start === time)) low = middle + 1;
      else high = middle;
    }
    return this.first + low - 1;
  }

  /** Begins with the newest bars, or with those before a time. False where the symbol has none. */
  async begin(before = null) {
    const page = await this.#page({ to: before && asIso(before) });
    if (page === null) return false;
    this.#prepend(page);
    this.hasNewer = before !== null;
    return this.bars.length > 0;
  }

  /** Fetches older bars, if there are any; true if some came. */
  async older() {
    if (!this.hasOlder || this.#asking.older) return false;
    this.#asking.older = true;
    try {
      this.#prepend(await this.#page({ after: this.#cursor }));
    } finally {
      this.#asking.older = false;
    }
    return true;
  }

  /**
   * Fetches the bars after the newest that is known, over a gap too, and the last known ones again, of which some may have
   * been retracted. `now` is the market's clock in seconds. True if there is something new.
   */
  async newer(now) {
    if (this.#asking.newer || !this.bars.length) return false;
    this.#asking.newer = true;
    try {
      return await this.#follow(now);
    } finally {
      this.#asking.newer = false;
    }
  }

  async #follow(now) {
    const from = this.bars[Math.max(0, this.bars.length - AGAIN)].start;
    const last = this.bars.at(-1).start;
    for (let pages = 1; pages <= WIDEST_LOOK; pages *= 2) {
      const to = from + this.length * (PAGE * pages - 1);
      const page = await this.#page({ from: asIso(from), to: asIso(to) });
      if (page === null || page.pageInfo.hasNextPage) return false;
      const found = page.nodes.map(barOf).reverse();
      const isEnd = to >= now;
      if (isEnd || found.some(({ start }) => start > last)) return this.#replace(from, found, isEnd);
    }
    return false;
  }

  #replace(from, found, isEnd) {
    if (isEnd) this.hasNewer = false;
    const kept = this.bars.filter(({ start }) => start < from);
    if (kept.length + found.length) this.bars = [...kept, ...found];
    return true;
  }

  #prepend({ nodes, pageInfo }) {
    const found = nodes.map(barOf).reverse();
    this.bars = [...found, ...this.bars];
    this.first -= found.length;
    this.hasOlder = pageInfo.hasNextPage;
    this.#cursor = pageInfo.endCursor;
  }

  async #page(span) {
    const { bars } = await ask(BARS, { symbol: this.symbol, interval: this.interval, first: PAGE, ...span });
    return bars;
  }
}
