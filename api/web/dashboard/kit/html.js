import { h, render } from "../../vendor/preact-11.2.0/preact.js";
import htm from "../../vendor/htm-3.1.1/htm.js";

// Hooks come before signals, which look for them.
import { useState } from "../../vendor/preact-11.2.0/hooks.js";
export { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../../vendor/preact-11.2.0/hooks.js";
export { batch, computed, effect, signal, untracked, useComputed, useSignal } from "../../vendor/preact-signals-2.11.4/signals.js";
export { render };
export const html = htm.bind(h);

let ids = 0;

/** An id that nothing else on the page has; the library's are repeated in dialogs, which are roots of their own. */
export const useId = () => useState(() => `id-${(ids += 1)}`)[0];
