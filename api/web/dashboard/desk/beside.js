import { computed } from "../kit/html.js";
import { place, settle } from "../kit/place.js";

/** The id of the backtest that the session is shown beside, by its curve and in the comparison; null: none. */
export const beside = computed(() => place.value.beside ?? null);

export const showBeside = (id) => settle({ beside: id });

/** The symbol whose bars stand beside equity as its benchmark; null: none. */
export const benchmark = computed(() => place.value.benchmark ?? null);

export const showBenchmark = (symbol) => settle({ benchmark: symbol });
