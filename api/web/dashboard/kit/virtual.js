import { html, useLayoutEffect, useRef, useState } from "./html.js";

const ALL_UP_TO = 60;
const BEYOND = 10;
const STEP = 10;

/**
 * The rows of a long table that are in sight, and some beyond; what stands for the others keeps the table's height.
 * `rows(first, end)` draws those of a range. A short table is drawn whole.
 */
export function Virtual({ count, rows }) {
  const start = useRef(null);
  const height = useRef(40);
  const [range, setRange] = useState([0, ALL_UP_TO]);
  const whole = count <= ALL_UP_TO;
  useLayoutEffect(() => {
    if (whole) return undefined;
    const frame = start.current.closest(".table-frame");
    const look = () => {
      height.current = rowHeight(start.current) ?? height.current;
      const next = inSight(frame, start.current, height.current, count);
      setRange((known) => (known[0] === next[0] && known[1] === next[1] ? known : next));
    };
    const places = [[frame, "scroll"], [window, "scroll"], [window, "resize"]];
    for (const [place, event] of places) place.addEventListener(event, look, { passive: true });
    look();
    return () => places.forEach(([place, event]) => place.removeEventListener(event, look));
  }, [whole, count]);
  if (whole) return rows(0, count);
  const [first, end] = [Math.min(range[0], count), Math.min(range[1], count)];
  return html`
    <tr class="beyond" ref=${start} aria-hidden="true" style=${{ height: `${first * height.current}px` }}></tr>
    ${rows(first, end)}
    <tr class="beyond" aria-hidden="true" style=${{ height: `${(count - end) * height.current}px` }}></tr>
  `;
}

function rowHeight(start) {
  const drawn = [...start.parentNode.querySelectorAll("tr:not(.beyond)")];
  if (!drawn.length) return null;
  return (drawn.at(-1).getBoundingClientRect().bottom - drawn[0].getBoundingClientRect().top) / drawn.length;
}

/** [first, end] of the rows between the edges of the frame and of the window, in steps, so that not every pixel counts. */
function inSight(frame, start, height, count) {
  const box = frame.getBoundingClientRect();
  const begin = start.getBoundingClientRect().top;
  const first = Math.floor((Math.max(box.top, 0) - begin) / height) - BEYOND;
  const end = Math.ceil((Math.min(box.bottom, innerHeight) - begin) / height) + BEYOND;
  return [Math.max(0, Math.floor(first / STEP) * STEP), Math.min(count, Math.max(STEP, Math.ceil(end / STEP) * STEP))];
}
