import { INTERVALS, Series } from "./series.js";

const AT_FIRST = 140;
const FEWEST = 12;
const MOST_BARS = 520;
const FEW_BARS = 60;
/** What is left free after the newest bar, for the names of levels, as a share of the view. */
const AHEAD = 0.1;
/** How much of what is in view is kept loaded on either side. */
const MARGIN = 1;

/**
 * What is looked at of a symbol: a series, and which places of it are in view. Bars are fetched as the view nears the end of
 * those that are known; where more are in view than can be told apart, coarser ones take their place. `changed()` is
 * told whenever there is something new to draw; times are seconds of the market's clock.
 */
export class MarketView {
  series;
  view = { from: 0, to: AT_FIRST };
  length = 0;
  isFollowing = true;
  #changed;
  #failed;
  #isTurning = false;
  #now;

  constructor(symbol, now, { changed, failed }) {
    this.symbol = symbol;
    this.#now = now;
    this.#changed = changed;
    this.#failed = failed;
  }

  /** Begins with the newest bars as they are stored. False where the symbol has none. */
  async begin() {
    const series = new Series(this.symbol, null);
    if (!(await series.begin())) return false;
    this.length = series.length;
    this.series = series;
    this.#toEnd(Math.min(AT_FIRST, Math.max(series.bars.length, FEWEST) / (1 - AHEAD)));
    return true;
  }

  /** The intervals that are coarser than what is stored, the stored one first as null. */
  get intervals() {
    return [null, ...Object.keys(INTERVALS).filter((name) => INTERVALS[name] > this.length)];
  }

  pan(places) {
    const { series, view } = this;
    const room = AHEAD * (view.to - view.from);
    const most = series.last + room - view.to;
    const least = series.first - room - view.from;
    const step = Math.min(Math.max(places, series.hasOlder ? -Infinity : Math.min(0, least)), Math.max(0, most));
    this.view = Object.assign(view, { from: view.from + step, to: view.to + step });
    this.isFollowing = view.to >= series.last + 1;
    this.#settle();
  }

  /** Shows so many times as much, around a place. */
  zoom(factor, around = this.view.to) {
    const { view } = this;
    const wide = Math.max(FEWEST, (view.to - view.from) * factor);
    const share = (around - view.from) / (view.to - view.from);
    const from = around - wide * share;
    Object.assign(view, { from, to: from + wide });
    this.isFollowing = view.to >= this.series.last + 1;
    if (!this.#suit()) this.#settle();
  }

  newest() {
    this.isFollowing = true;
    if (this.series.hasNewer) this.turnTo(this.series.interval, null);
    else this.#toEnd(this.view.to - this.view.from);
  }

  /** Takes bars of another length, with the same time in view. */
  async turnTo(interval, until = this.#timeAt(this.view.to)) {
    if (this.#isTurning) return;
    this.#isTurning = true;
    const span = (this.view.to - this.view.from) * this.#lengthOf(this.series.interval);
    const series = new Series(this.symbol, interval);
    const before = this.isFollowing || until === null ? null : until;
    try {
      if (await series.begin(before)) {
        this.series = series;
        const wide = Math.min(MOST_BARS, Math.max(FEW_BARS, span / this.#lengthOf(interval)));
        if (before === null) this.#toEnd(wide);
        else this.#show(series.last + 0.5, wide);
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#isTurning = false;
    }
  }

  /** The market's clock has moved on: fetches what came, and stays with it if the newest bar was in view. */
  async follow(now) {
    const { series } = this;
    this.#now = now;
    if (!series || series.hasNewer) return;
    const last = series.last;
    if ((await this.#fetched(series.newer(now))) && this.isFollowing && series === this.series) this.#shift(series.last - last);
    this.#changed();
  }

  #shift(places) {
    this.view.from += places;
    this.view.to += places;
  }

  #toEnd(wide) {
    this.#show(this.series.last + AHEAD * wide, wide);
  }

  #show(to, wide) {
    Object.assign(this.view, { from: to - wide, to });
    this.#settle();
  }

  #timeAt(place) {
    const { series } = this;
    const known = series.at(Math.min(series.last, Math.max(series.first, place)));
    return known.end;
  }

  #lengthOf = (interval) => (interval === null ? this.length : INTERVALS[interval]);

  /** Turns to coarser or finer bars where as many as are in view cannot be told apart, or are few; true if it does. */
  #suit() {
    const { intervals, series, view } = this;
    const wide = view.to - view.from;
    const at = intervals.indexOf(series.interval);
    const [finer, coarser] = [intervals[at - 1], intervals[at + 1]];
    const isFew = finer !== undefined && (wide * this.#lengthOf(series.interval)) / this.#lengthOf(finer) < MOST_BARS / 2;
    const turn = wide > MOST_BARS ? coarser : isFew ? finer : undefined;
    if (turn !== undefined) this.turnTo(turn);
    else if (wide > MOST_BARS) view.from = view.to - MOST_BARS;
    return turn !== undefined;
  }

  #settle() {
    this.#changed();
    this.#load(this.view.to - this.view.from);
  }

  async #load(wide) {
    const { series, view } = this;
    const asked = [
      view.from - series.first < wide * MARGIN && series.older(),
      series.hasNewer && series.last - view.to < wide * MARGIN && series.newer(this.#now),
    ].filter(Boolean);
    for (const came of asked) if ((await this.#fetched(came)) && series === this.series) this.#changed();
  }

  #fetched = (promise) =>
    promise.catch((error) => {
      this.#failed(error);
      return false;
    });
}
