const LONGEST_FRAME = 500;

/** Collects what comes and hands it on once a frame; where no frames are drawn, in a tab at the back, by the clock. */
export function inFrames(handle) {
  let waiting = [];
  let frame = null;
  let timer = null;
  const flush = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    const entries = waiting;
    waiting = [];
    handle(entries);
  };
  return (entry) => {
    waiting.push(entry);
    if (waiting.length > 1) return;
    frame = requestAnimationFrame(flush);
    timer = setTimeout(flush, LONGEST_FRAME);
  };
}
