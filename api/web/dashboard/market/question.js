/** The positions of a symbol in a session, with all that a chart shows of them. */
export const TRADED = {
  variables: { account: "String!", filter: "PositionFilter!" },
  fields: {
    positions: `positions(account: $account, filter: $filter, first: 100) {
      nodes {
        id signalId symbol side status isOpen openQuantity entryTime entryPrice stopLoss initialStopLoss target1 target2
        fills { time reason quantity price rawPrice slippage commission gap ambiguous }
        amendments { time changes { field from to } }
      }
    }`,
  },
};

/** The symbol that a session traded last. */
export const LAST_TRADED = {
  variables: { account: "String!", session: "Int" },
  fields: { trades: "trades(account: $account, filter: { session: $session }, first: 1) { nodes { symbol } }" },
};
