// Every question that the dashboard's frame asks; tabs and charts keep theirs beside them.

const ACCOUNT = `fragment AccountFields on Account {
  id name enabled haltReason cash equity buyingPower marketValue todayPnl totalPnl realizedPnl unrealizedPnl openCommission commission slippage
  heatPercent
  openPositions workingSignals tradeCount winningTrades losingTrades winRate averageR peakEquity maxDrawdown
  currentDrawdown cursor
  session { id number startingCapital startedAt }
  settings { maxHeatPercent maxTradeRiskPercent startingCapital }
}`;

const POSITION = `fragment PositionFields on Position {
  id signalId symbol assetClass side status isOpen quantity openQuantity entryTime entryPrice stopLoss initialStopLoss
  target1 target2 trailingStop { offset } lastPrice lastPriceTime unrealizedPnl realizedPnl rMultiple commission openRisk
}`;

const PERFORMANCE = `
  tradeCount winningTrades losingTrades breakEvenTrades winRate averageR expectancy profitFactor sharpe realizedPnl
  commission slippage returnPercent maxDrawdown currentDrawdown days
  liveEligibility { eligible progressPercent checks { criterion required actual passed } }
`;

/** What every snapshot is asked for: the account as it is, and the record of the session that is looked at. */
export const FIGURES = {
  variables: { account: "String!", session: "Int" },
  fields: {
    account: "account(name: $account) { ...AccountFields }",
    report: `report(account: $account, session: $session) { session { number startingCapital cash startedAt endedAt timezone } from to ${PERFORMANCE} }`,
  },
  fragments: [ACCOUNT],
};

export const MARKET = { variables: {}, fields: { clock: "clock", quotes: "quotes { symbol price time }" } };

export const OPEN_POSITIONS = {
  variables: { account: "String!" },
  fields: {
    positions: `positions(account: $account, filter: { open: true }, first: 100) {
      nodes { ...PositionFields } pageInfo { hasNextPage endCursor }
    }`,
  },
  fragments: [POSITION],
};

export const MORE_POSITIONS = `query MorePositions($account: String!, $after: String!) {
  positions(account: $account, filter: { open: true }, first: 100, after: $after) {
    nodes { ...PositionFields } pageInfo { hasNextPage endCursor }
  }
}
${POSITION}`;

export const ACCOUNTS = `query Accounts($after: String) {
  accounts(first: 100, after: $after) { nodes { name enabled } pageInfo { hasNextPage endCursor } }
}`;

export const SESSIONS = `query Sessions($account: String!, $after: String) {
  sessions(account: $account, first: 100, after: $after) {
    nodes { number startingCapital startedAt endedAt realizedPnl tradeCount } pageInfo { hasNextPage endCursor }
  }
}`;

const EVENTS = {
  positionEvents: "cursor kind occurredAt position { ...PositionFields } fill { reason quantity price gap }",
  tradeEvents: "cursor kind occurredAt trade { id signalId symbol side quantity entryPrice exitPrice exitReason realizedPnl rMultiple }",
  signalEvents: `cursor kind occurredAt signal {
    id signalId symbol side status entry entryPrice quantity stopLoss target1 goodUntil
    error { code message limit actual }
  }`,
  accountEvents: "cursor kind session startingCapital reason occurredAt",
};

const stream = (name, field, fragments = "") => `subscription ${name}($account: String!, $after: String) {
  ${field}(account: $account, after: $after) { ${EVENTS[field]} }
}
${fragments}`;

export const POSITION_EVENTS = stream("Positions", "positionEvents", POSITION);
export const TRADE_EVENTS = stream("Trades", "tradeEvents");
export const SIGNAL_EVENTS = stream("Signals", "signalEvents");
export const ACCOUNT_EVENTS = stream("AccountEvents", "accountEvents");

export const ACTIVITY = `query Activity($account: String!, $after: String) {
  activity(account: $account, first: 50, after: $after) {
    nodes {
      kind
      positionEvent { ${EVENTS.positionEvents} } tradeEvent { ${EVENTS.tradeEvents} }
      signalEvent { ${EVENTS.signalEvents} } accountEvent { ${EVENTS.accountEvents} }
    }
    pageInfo { hasNextPage endCursor }
  }
}
${POSITION}`;

const ERRORS = "errors { code message limit actual }";

export const ENABLE = `mutation Enable($input: EnableInput!) { enable(input: $input) { account { name } ${ERRORS} } }`;

export const DISABLE = `mutation Disable($input: DisableInput!) {
  disable(input: $input) { closedTrades { id } ${ERRORS} }
}`;

export const RESET = `mutation Reset($input: ResetInput!) {
  reset(input: $input) { account { session { number } } ${ERRORS} }
}`;

export const RESUME = `mutation Resume($input: ResumeInput!) { resume(input: $input) { account { name } ${ERRORS} } }`;
