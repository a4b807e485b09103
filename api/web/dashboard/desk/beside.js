import { effect, signal } from "../kit/html.js";
import { go, place } from "../kit/place.js";

/** The id of the backtest that the session is shown beside, by its curve and in the comparison; null: none. */
export const beside = signal(place.value.beside ?? null);

export const showBeside = (id) => go({ beside: id });

effect(() => {
  beside.value = place.value.beside ?? null;
});
