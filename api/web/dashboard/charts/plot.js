import uPlot from "../../vendor/uplot-1.6.32/uPlot.js";
import { html, useEffect, useLayoutEffect, useRef } from "../kit/html.js";

const SYNC = uPlot.sync("equity");
const PADDING = [8, 26, 0, 0];

/**
 * One uPlot in an element: made anew when its shape changes, else fed with new data. Its figures are for pixels only;
 * what is read comes from the API's strings. `draw` paints over it; `onCursor(index)` follows the pointer.
 */
export function Plot({ shape, height, data, series, axes, scales, draw, onCursor, label, test }) {
  const element = useRef(null);
  const plot = useRef(null);
  const latest = useRef({});
  latest.current = { draw, onCursor, data };
  useLayoutEffect(() => {
    const options = {
      width: element.current.clientWidth,
      height,
      padding: PADDING,
      series,
      axes,
      scales,
      legend: { show: false },
      cursor: { sync: { key: SYNC.key }, y: false, drag: { x: false, y: false }, points: { size: 7 } },
      tzDate: (stamp) => uPlot.tzDate(new Date(stamp * 1e3), "Etc/UTC"),
      hooks: {
        draw: [(chart) => latest.current.draw?.(chart)],
        setCursor: [(chart) => latest.current.onCursor?.(chart.cursor.idx ?? null)],
      },
    };
    plot.current = new uPlot(options, latest.current.data, element.current);
    const watching = new ResizeObserver(([{ contentRect }]) => plot.current.setSize({ width: contentRect.width, height }));
    watching.observe(element.current);
    return () => {
      watching.disconnect();
      plot.current.destroy();
    };
  }, [shape]);
  useEffect(() => plot.current.setData(data), [data]);
  return html`<div class="plot" ref=${element} role="img" aria-label=${label} data-test=${test}></div>`;
}

/** A figure holds until the next is observed: flat spells are flat. */
export const steps = uPlot.paths.stepped({ align: 1 });

/** A colour of the style sheet, as it is now. */
export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
