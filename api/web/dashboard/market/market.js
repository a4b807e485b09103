import { useWayBack } from "../detail/stops.js";
import { activity } from "../desk/activity.js";
import { clock } from "../desk/freshness.js";
import { DeskError } from "../desk/api.js";
import { priceOf, symbols } from "../desk/prices.js";
import { useSnapshot } from "../desk/snapshot.js";
import { account, archived, chosen, positions } from "../desk/store.js";
import { dateTime, price, quantity } from "../kit/format.js";
import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../kit/html.js";
import { go, place } from "../kit/place.js";
import { Empty, Failed, Loading } from "../kit/states.js";
import { dark } from "../kit/theme.js";
import { Candles } from "./candles.js";
import { FillMarks } from "./fill-marks.js";
import { LevelHandles } from "./level-handles.js";
import { LAST_TRADED, TRADED } from "./question.js";
import { fillsOf, levelsOf, waysOf } from "./traded.js";
import { MarketView } from "./view.js";

/** The symbol to begin with: that of the position whose story is open, of the newest open one, or the first that has a price. */
function symbolAtFirst() {
  const open = [...positions.value.values()].sort((a, b) => (a.entryTime < b.entryTime ? 1 : -1));
  const chosenOne = open.find(({ signalId }) => signalId === place.value.position);
  return (chosenOne ?? open[0])?.symbol ?? symbols.value[0] ?? null;
}

/** A symbol's bars as candles, with what the account did and has in it. */
export const Market = () => html`<${archived.value ? Ended : Running} />`;

function Running() {
  const [held, setHeld] = useState(symbolAtFirst);
  const { symbol: named, position } = place.value;
  useEffect(() => setHeld((now) => (position || now === null ? symbolAtFirst() : now)), [position, positions.value, symbols.value]);
  return html`<${Panel} symbol=${named ?? held}>
    <${Empty} title="No market yet">Bars appear here as soon as the desk is sent some.<//>
  <//>`;
}

/** In an ended session it begins with the symbol that was traded last. */
function Ended() {
  const { data, error, again } = useSnapshot(LAST_TRADED, chosen.value);
  const symbol = place.value.symbol ?? data?.trades?.nodes[0]?.symbol ?? null;
  return html`<${Panel} symbol=${symbol}>
    ${error ? html`<${Failed} error=${error} retry=${again} />` : data ? html`<${Empty} title="Nothing was traded in this session">Choose a symbol to see its bars.<//>` : html`<${Loading} />`}
  <//>`;
}

/** The chart of a symbol; without one there is to be read why. */
function Panel({ symbol, children }) {
  return html`<section class="panel market" aria-labelledby="market-title" data-test="market">
    <div class="panel-head">
      <h2 id="market-title">Market</h2>
      ${(symbol !== null || symbols.value.length > 0) && html`<${Symbols} symbol=${symbol} />`}
    </div>
    ${symbol === null ? children : html`<${Chart} key=${`${symbol}:${dark.value}`} symbol=${symbol} />`}
  </section>`;
}

function Symbols({ symbol }) {
  const known = symbol === null || symbols.value.includes(symbol) ? symbols.value : [symbol, ...symbols.value];
  return html`<label class="field">
    Symbol
    <select value=${symbol ?? ""} onChange=${({ target }) => go({ symbol: target.value })} data-test="market-symbol">
      ${symbol === null && html`<option value="">none chosen</option>`}
      ${known.map((each) => html`<option key=${each} value=${each}>${each}</option>`)}
    </select>
  </label>`;
}

const secondsOf = (iso) => Date.parse(iso) / 1_000;

/** {market, state, error, again, version}: the view of a symbol, and how far it is; `version` grows with what is to be drawn. */
function useMarket(symbol) {
  const [state, setState] = useState({ name: "loading", error: null });
  const [version, setVersion] = useState(0);
  const market = useRef(null);
  const begin = () => {
    const failed = (error) => {
      if (!(error instanceof DeskError)) throw error;
      setState({ name: "failed", error });
    };
    market.current = new MarketView(symbol, secondsOf(clock.value), { changed: () => setVersion((now) => now + 1), failed });
    market.current.begin().then((found) => setState({ name: found ? "ready" : "empty", error: null }), failed);
  };
  useEffect(begin, []);
  useEffect(() => {
    if (state.name === "ready" && clock.value !== null) market.current.follow(secondsOf(clock.value));
    else if (state.name === "empty") begin();
  }, [clock.value]);
  return { market: market.current, ...state, again: begin, version };
}

function Chart({ symbol }) {
  const { name, session } = { name: chosen.value.account, session: chosen.value.session ?? account.value.session.number };
  const traded = useSnapshot(TRADED, { account: name, filter: { symbols: [symbol], session } });
  const found = useMarket(symbol);
  if (found.name === "failed") return html`<${Failed} error=${found.error} retry=${found.again} />`;
  if (found.name === "loading") return html`<${Loading} />`;
  if (found.name === "empty")
    return html`<${Empty} title=${`No bars of ${symbol}`}>The desk has none stored; they appear here as soon as it is sent some.<//>`;
  return html`<${Drawn} market=${found.market} version=${found.version} traded=${traded.data?.positions?.nodes ?? []} />`;
}

function Drawn({ market, version, traded }) {
  const element = useRef(null);
  const candles = useRef(null);
  const latest = useRef({ levels: [], ways: [] });
  const [drawn, setDrawn] = useState(0);
  const [under, setUnder] = useState(undefined);
  const [moved, move] = useState(null);
  const { series } = market;
  const fills = useMemo(() => fillsOf(traded), [traded]);
  const levels = useMemo(() => levelsOf(traded, archived.value), [traded]);
  const ways = useMemo(() => waysOf(traded, series), [traded, series, series.last, series.first, activity.value]);
  useWayBack(traded.filter(({ isOpen }) => isOpen));
  latest.current = { levels: levels.map((level) => (moved?.id === level.id ? { ...level, at: Number(moved.text), isMoved: true } : level)), ways };
  useLayoutEffect(() => {
    candles.current = new Candles(element.current, {
      series,
      view: market.view,
      lines: () => latest.current.levels,
      ways: () => latest.current.ways,
      onFrame: () => setDrawn((now) => now + 1),
      onCursor: setUnder,
      written: (each) => priceOf(String(each), market.symbol),
    });
    return () => candles.current.destroy();
  }, []);
  useLayoutEffect(() => {
    candles.current.series = series;
    candles.current.draw();
  }, [version, traded, moved, ways]);
  return html`
    <${Bar} bar=${under ?? series.bars.at(-1)} symbol=${market.symbol} />
    <div
      class="candles"
      tabindex="0"
      role="group"
      aria-label=${`Candles of ${market.symbol}: arrows move, plus and minus zoom`}
      onKeyDown=${(event) => keyed(event, market)}
      onPointerDown=${(event) => dragged(event, market, candles.current)}
      onWheel=${(event) => wheeled(event, market, candles.current)}
      data-test="candles"
      data-interval=${series.interval ?? "stored"}
      data-bars=${series.bars.length}
    >
      <div ref=${element} role="img" aria-label=${summary(series, market)}></div>
      ${drawn > 0 &&
      html`
        <${FillMarks} candles=${candles.current} fills=${fills} />
        <${LevelHandles} candles=${candles.current} levels=${levels} moved=${moved} move=${move} />
      `}
    </div>
    <${Controls} market=${market} />
  `;
}

function summary(series, { symbol, view }) {
  const seen = [Math.max(series.first, view.from), Math.min(series.last, view.to)].map((each) => series.at(each));
  if (seen.includes(undefined)) return `Candles of ${symbol}`;
  const [from, to] = seen.map(({ texts }) => texts);
  return `${symbol} from ${price(from.open)} on ${dateTime(from.start)} to ${price(to.close)} on ${dateTime(to.start)}`;
}

/** A bar's own figures: that under the pointer, or the newest. */
function Bar({ bar: { texts }, symbol }) {
  const figure = (name) => html`<span>${name[0].toUpperCase()} <b data-test=${`bar-${name}`}>${priceOf(texts[name], symbol)}</b></span>`;
  return html`<p class="legend" data-test="market-legend">
    <span class="legend-time">${dateTime(texts.start)}</span>
    ${["open", "high", "low", "close"].map(figure)}
    ${texts.volume !== null && html`<span>volume <b>${quantity(texts.volume)}</b></span>`}
  </p>`;
}

function Controls({ market }) {
  const step = () => (market.view.to - market.view.from) / 4;
  const button = (label, text, act, test) =>
    html`<button type="button" class="quiet small" aria-label=${label} title=${label} onClick=${act} data-test=${test}>${text}</button>`;
  return html`<div class="chart-foot market-foot">
    <label class="field">
      Bars
      <select value=${market.series.interval ?? ""} onChange=${({ target }) => market.turnTo(target.value || null)} data-test="market-interval">
        ${market.intervals.map((each) => html`<option key=${each} value=${each ?? ""}>${each ?? "as stored"}</option>`)}
      </select>
    </label>
    ${button("Earlier", "←", () => market.pan(-step()), "market-earlier")} ${button("Later", "→", () => market.pan(step()), "market-later")}
    ${button("Show more", "−", () => market.zoom(2), "market-more")} ${button("Show less", "+", () => market.zoom(0.5), "market-less")}
    ${button("To the newest bar", "Newest", () => market.newest(), "market-newest")}
  </div>`;
}

const KEYS = {
  ArrowLeft: (market, wide) => market.pan(-wide / 10),
  ArrowRight: (market, wide) => market.pan(wide / 10),
  PageUp: (market, wide) => market.pan(-wide),
  PageDown: (market, wide) => market.pan(wide),
  End: (market) => market.newest(),
  "+": (market) => market.zoom(0.8),
  "-": (market) => market.zoom(1.25),
};

function keyed(event, market) {
  if (event.target !== event.currentTarget || !(event.key in KEYS)) return;
  event.preventDefault();
  KEYS[event.key](market, market.view.to - market.view.from);
}

function dragged(event, market, candles) {
  const area = event.currentTarget;
  if (event.target.closest("button") || event.button !== 0) return;
  let before = event.clientX;
  area.setPointerCapture(event.pointerId);
  area.onpointermove = ({ clientX }) => {
    market.pan(candles.placeAt(before) - candles.placeAt(clientX));
    before = clientX;
  };
  area.onpointerup = area.onpointercancel = () => (area.onpointermove = area.onpointerup = area.onpointercancel = null);
}

/** Sideways it moves, with Ctrl it zooms; else the page scrolls. */
function wheeled(event, market, candles) {
  const isSideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
  if (!isSideways && !event.ctrlKey) return;
  event.preventDefault();
  if (isSideways) market.pan(candles.placeAt(event.deltaX) - candles.placeAt(0));
  else market.zoom(event.deltaY > 0 ? 1.15 : 0.87, candles.placeAt(event.clientX - event.currentTarget.getBoundingClientRect().left));
}
