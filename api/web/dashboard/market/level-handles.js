import { useAnswer } from "../desk/answer.js";
import { priceOf, tickOf } from "../desk/prices.js";
import { chosen } from "../desk/store.js";
import { percent, words } from "../kit/format.js";
import { html } from "../kit/html.js";
import { inLabels } from "../kit/labels.js";
import { askToAmendPosition } from "../orders/amend.js";
import { POSITION } from "../orders/amendable.js";
import { useDebounced } from "../orders/debounced.js";

const STEPS = { ArrowUp: 1, ArrowDown: -1, PageUp: 100, PageDown: -100 };
const FASTER = 10;

/**
 * The levels of open positions at the chart's right edge. One that can be moved is a slider: dragged, or by the arrows; what
 * it would change of risk and heat stands beside it, and letting go, or Enter, asks before it is done. `moved` is {id, text}
 * of the one that is away from its place, or null.
 */
export function LevelHandles({ candles, levels, moved, move }) {
  const { box } = candles;
  return levels.map((level) => {
    const text = moved?.id === level.id ? moved.text : level.text;
    const top = Math.min(box.bottom, Math.max(box.top, candles.top(Number(text))));
    const style = { top: `${top}px`, left: `${box.right}px` };
    if (level.form === null)
      return html`<span key=${level.id} class="level level-fixed" style=${style}>${level.name} ${priceOf(text, level.position.symbol)}</span>`;
    return html`<${Handle} key=${level.id} level=${level} text=${text} style=${style} candles=${candles} isMoved=${moved?.id === level.id} move=${move} />`;
  });
}

function Handle({ level, text, style, candles, isMoved, move }) {
  const { position, name, form, field } = level;
  const tick = tickOf(position.symbol, level.text);
  const shown = priceOf(text, position.symbol);
  const isLow = parseFloat(style.top) > (candles.box.top + candles.box.bottom) / 2;
  const at = (figure) => onTick(figure, tick);
  const to = (figure) => move({ id: level.id, text: at(figure) });
  const ask = (proposed) => {
    move(null);
    candles.hold(false);
    if (Number(proposed) !== level.at) askToAmendPosition(position, { [form]: proposed });
  };
  const grab = (event) => {
    const { target: handle, pointerId } = event;
    const priceUnder = ({ clientY }) => candles.priceAt(clientY - handle.parentElement.getBoundingClientRect().top);
    let proposed = level.text;
    handle.setPointerCapture(pointerId);
    candles.hold(true);
    handle.onpointermove = (moving) => to((proposed = at(priceUnder(moving))));
    handle.onpointerup = handle.onpointercancel = ({ type }) => {
      handle.onpointermove = handle.onpointerup = handle.onpointercancel = null;
      ask(type === "pointerup" ? proposed : level.text);
    };
  };
  const press = (event) => {
    if (event.key === "Enter") ask(text);
    else if (event.key === "Escape") move(null);
    else if (event.key in STEPS) to(Number(text) + STEPS[event.key] * (event.shiftKey ? FASTER : 1) * Number(tick));
    else return;
    event.preventDefault();
  };
  return html`<button
    type="button"
    class=${`level level-${level.colour}${isMoved ? " level-moved" : ""}`}
    style=${style}
    role="slider"
    aria-orientation="vertical"
    aria-label=${`${name} of ${position.symbol} ${words(position.side)}`}
    aria-valuemin="0"
    aria-valuemax=${Number(candles.priceAt(candles.box.top)).toFixed(2)}
    aria-valuenow=${text}
    aria-valuetext=${isMoved ? `${shown}, not sent yet: Enter asks, Escape takes it back` : shown}
    onPointerDown=${grab}
    onKeyDown=${press}
    onBlur=${() => move(null)}
    data-test=${`level-${field}`}
  >
    ${name} ${shown}${isMoved && html`<${Change} level=${level} text=${text} isLow=${isLow} />`}
  </button>`;
}

/** A price on its instrument's grid, above nothing. */
function onTick(figure, tick) {
  const places = tick.split(".")[1]?.length ?? 0;
  return Math.max(Number(tick), figure).toFixed(places);
}

/** What moving a level changes of risk and heat, by the desk's own preview. */
function Change({ level: { position, field, text: was }, text, isLow }) {
  const { account } = chosen.value;
  const named = { account, positionId: position.id };
  const { value } = useDebounced({
    input: { ...named, [field]: text },
    same: { ...named, ...POSITION.unchanged(position) },
    account,
    id: position.id,
  });
  const { data, isCurrent } = useAnswer(POSITION.assess, value);
  const told = data ? changeOf(data) : "asking the desk …";
  return html`<span class=${`level-change${isLow ? " level-change-above" : ""}${isCurrent ? "" : " asking"}`} role="status" data-test="level-change">
    <b>${priceOf(was, position.symbol)} → ${priceOf(text, position.symbol)}</b> <span>${told}</span>
  </span>`;
}

function changeOf({ now, then, account }) {
  if (!then.accepted) return inLabels(then.errors[0].message);
  return `risk ${percent(now.tradeRiskPercent)} → ${percent(then.tradeRiskPercent)}, heat ${percent(account.heatPercent)} → ${percent(then.heatPercent)}`;
}
