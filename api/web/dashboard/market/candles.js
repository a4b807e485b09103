import uPlot from "../../vendor/uplot-1.6.32/uPlot.js";
import { colour } from "../charts/plot.js";

const HEIGHT = 380;
const PRICE_WIDTH = 74;
const ROOM = 0.06;
const BODY = 0.7;

/**
 * A candlestick chart in an element. `view` is {from, to}, places of `series`; `lines(view)` are {at, name, colour} across,
 * `ways()` the stops that moved, as [{from, to, at}]. `onFrame` is told after each time it was drawn.
 */
export class Candles {
  #plot;
  #watching;
  #frame = null;

  constructor(element, { series, view, lines, ways, onFrame, onCursor, written }) {
    Object.assign(this, { series, view, lines, ways, onFrame, written });
    this.#plot = new uPlot(this.#options(element, onCursor), [[0, 1], [null, null]], element);
    this.#watching = new ResizeObserver(([{ contentRect }]) => this.#plot.setSize({ width: contentRect.width, height: HEIGHT }));
    this.#watching.observe(element);
    this.draw();
  }

  destroy() {
    cancelAnimationFrame(this.#frame);
    this.#watching.disconnect();
    this.#plot.destroy();
  }

  /** Draws anew with the next frame, however often it is asked to before. */
  draw() {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      this.#plot.batch(() => {
        this.#plot.setScale("x", { min: this.view.from, max: this.view.to });
        this.#plot.setScale("y", this.range ?? this.#range());
      });
    });
  }

  /** Places and prices in pixels of the element, and back. */
  left = (place) => this.#plot.valToPos(place, "x") + this.#plot.over.offsetLeft;
  top = (price) => this.#plot.valToPos(price, "y") + this.#plot.over.offsetTop;
  priceAt = (top) => this.#plot.posToVal(top - this.#plot.over.offsetTop, "y");
  placeAt = (left) => this.#plot.posToVal(left - this.#plot.over.offsetLeft, "x");

  get box() {
    const { offsetLeft, offsetTop, offsetWidth, offsetHeight } = this.#plot.over;
    return { left: offsetLeft, top: offsetTop, right: offsetLeft + offsetWidth, bottom: offsetTop + offsetHeight };
  }

  /** Keeps the prices where they are, or lets them follow what is in view again. */
  hold(isHeld) {
    const { min, max } = this.#plot.scales.y;
    this.range = isHeld ? { min, max } : null;
  }

  visible() {
    const { series, view } = this;
    return series.bars.slice(Math.max(0, Math.floor(view.from) - series.first), Math.max(0, Math.ceil(view.to) - series.first + 1));
  }

  #range() {
    const bars = this.visible();
    if (!bars.length) return { min: 0, max: 1 };
    let [low, high] = [Infinity, -Infinity];
    for (const bar of bars) {
      low = Math.min(low, bar.low);
      high = Math.max(high, bar.high);
    }
    const reach = Math.max(high - low, high / 100) * 1.5;
    const levels = [...this.lines(), ...this.#waysInView()].map(({ at }) => at).filter((at) => at > low - reach && at < high + reach);
    [low, high] = [Math.min(low, ...levels), Math.max(high, ...levels)];
    const room = (high - low || high / 50) * ROOM;
    return { min: low - room, max: high + room };
  }

  #waysInView() {
    const { from, to } = this.view;
    return this.ways().flat().filter((step) => step.to >= from && step.from <= to);
  }

  #options(element, onCursor) {
    const axis = {
      stroke: colour("muted"),
      grid: { stroke: colour("line"), width: 1 },
      ticks: { stroke: colour("line"), width: 1 },
      font: "12px system-ui, sans-serif",
    };
    return {
      width: element.clientWidth,
      height: HEIGHT,
      padding: [8, 14, 0, 0],
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { show: false } },
      scales: { x: { time: false, auto: false }, y: { auto: false } },
      series: [{}, { show: false }],
      axes: [
        { ...axis, splits: () => this.#ticks(), values: (_, ticks) => this.#times(ticks) },
        { ...axis, size: PRICE_WIDTH, values: (_, ticks) => ticks.map((each) => this.written(each)) },
      ],
      hooks: {
        draw: [(plot) => this.#paint(plot)],
        setCursor: [({ cursor }) => onCursor(cursor.left >= 0 ? this.series.at(this.placeAt(cursor.left + this.box.left)) : undefined)],
      },
    };
  }

  #ticks() {
    const { from, to } = this.view;
    const step = Math.max(1, Math.ceil((to - from) / Math.max(2, Math.floor((this.box.right - this.box.left) / 110))));
    const ticks = [];
    for (let place = Math.ceil(from / step) * step; place <= to; place += step) if (this.series.at(place)) ticks.push(place);
    return ticks;
  }

  #times(ticks) {
    const times = ticks.map((place) => this.series.at(place).start);
    const step = times.length > 1 ? times[1] - times[0] : this.series.length;
    return times.map((time) => shown(time, step));
  }

  #paint(plot) {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    this.#candles(plot, ctx);
    this.#ways(plot, ctx);
    this.#lines(plot, ctx);
    ctx.restore();
    this.onFrame();
  }

  #candles(plot, ctx) {
    const { series, view } = this;
    const width = Math.max(1, Math.round((plot.valToPos(1, "x", true) - plot.valToPos(0, "x", true)) * BODY));
    const thin = Math.max(1, Math.round(devicePixelRatio));
    const [rises, falls] = [colour("gain-bar"), colour("loss-bar")];
    const oldest = Math.max(series.first, Math.floor(view.from));
    for (let place = oldest; place <= Math.min(series.last, Math.ceil(view.to)); place += 1) {
      const { open, high, low, close } = series.at(place);
      const middle = Math.round(plot.valToPos(place, "x", true));
      const [top, bottom] = [plot.valToPos(high, "y", true), plot.valToPos(low, "y", true)];
      const [from, to] = [open, close].map((price) => plot.valToPos(price, "y", true));
      ctx.fillStyle = close >= open ? rises : falls;
      ctx.fillRect(middle - thin / 2, top, thin, Math.max(thin, bottom - top));
      ctx.fillRect(middle - width / 2, Math.min(from, to), width, Math.max(thin, Math.abs(to - from)));
    }
  }

  /** Where stops stood: a step for each move. */
  #ways(plot, ctx) {
    ctx.strokeStyle = colour("loss");
    ctx.lineWidth = 1.5 * devicePixelRatio;
    for (const way of this.ways()) {
      ctx.beginPath();
      for (const { from, to, at } of way) {
        const level = plot.valToPos(at, "y", true);
        ctx.lineTo(plot.valToPos(from, "x", true), level);
        ctx.lineTo(plot.valToPos(to, "x", true), level);
      }
      ctx.stroke();
    }
  }

  #lines(plot, ctx) {
    ctx.lineWidth = devicePixelRatio;
    for (const { at, colour: name, isMoved } of this.lines()) {
      ctx.strokeStyle = colour(name);
      ctx.setLineDash(isMoved ? [] : [6, 4].map((part) => part * devicePixelRatio));
      const level = Math.round(plot.valToPos(at, "y", true));
      ctx.beginPath();
      ctx.moveTo(plot.bbox.left, level);
      ctx.lineTo(plot.bbox.left + plot.bbox.width, level);
      ctx.stroke();
    }
    ctx.setLineDash([]);
  }
}

const DAY = 86_400;
const UTC = { timeZone: "UTC" };
const MONTH = new Intl.DateTimeFormat("en-GB", { ...UTC, month: "short", year: "numeric" });
const DATE = new Intl.DateTimeFormat("en-GB", { ...UTC, day: "2-digit", month: "short", year: "2-digit" });
const MINUTE = new Intl.DateTimeFormat("en-GB", { ...UTC, day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit" });

/** A time as precisely as ticks that are so many seconds apart need it. */
function shown(time, step) {
  const format = step > 60 * DAY ? MONTH : step >= DAY ? DATE : MINUTE;
  return format.format(new Date(time * 1_000));
}
