import { useCallback, useEffect, useRef, useState } from "../kit/html.js";
import { ask, DeskError } from "./api.js";
import { chosen, report } from "./store.js";

const PAGE = 100;
const MOST = 1_000;

const NEWEST = `query Newest($account: String!, $session: Int, $after: String) {
  trades(account: $account, filter: { session: $session }, first: ${PAGE}, after: $after) {
    nodes { id exitTime realizedPnl rMultiple } pageInfo { hasNextPage endCursor }
  }
}`;

/** {trades, isWhole, error, again}: the chosen session's newest trades, 1 000 at most; what came since is read as it comes. */
export function useNewestTrades() {
  const [found, setFound] = useState({ trades: null, isWhole: true, error: null });
  const latest = useRef(0);
  const { account, session } = chosen.value;
  const again = useCallback(async () => {
    const number = ++latest.current;
    const kept = (answer) => number === latest.current && setFound((old) => ({ ...old, ...answer }));
    try {
      kept({ ...(await readAll(account, session)), error: null });
    } catch (error) {
      if (!(error instanceof DeskError)) throw error;
      kept({ error });
    }
  }, [account, session]);
  useEffect(() => {
    again();
  }, [again, report.value?.tradeCount]);
  useEffect(() => () => (latest.current += 1), []);
  return { ...found, again };
}

async function readAll(account, session) {
  const trades = [];
  for (let after = null; ; ) {
    const { trades: page } = await ask(NEWEST, { account, session, after });
    trades.push(...(page?.nodes ?? []));
    const isWhole = !page?.pageInfo.hasNextPage;
    if (isWhole || trades.length >= MOST) return { trades, isWhole };
    after = page.pageInfo.endCursor;
  }
}
