// Every question that the dashboard's frame asks; tabs and charts keep theirs beside them.

const ACCOUNT = `fragment AccountFields on Account {
  id name enabled haltReason cash equity buyingPower totalPnl realizedPnl unrealizedPnl openCommission commission slippage
  heatPercent
  openPositions workingSignals tradeCount winningTrades losingTrades winRate averageR peakEquity maxDrawdown
  currentDrawdown cursor
  session { id number startingCapital startedAt }
  settings { maxHeatPercent maxTradeRiskPercent startingCapital }
}`;

const POSITION = `fragment PositionFields on Position {
  id signalId symbol assetClass side status isOpen quantity openQuantity entryTime entryPrice stopLoss initialStopLoss
  target1 target2 lastPrice lastPriceTime unrealizedPnl realizedPnl rMultiple commission openRisk
}`;

const PERFORMANCE = `
  tradeCount winningTrades losingTrades breakEvenTrades winRate averageR expectancy profitFactor sharpe realizedPnl
  commission slippage returnPercent maxDrawdown currentDrawdown days
  liveEligibility { eligible progressPercent checks { criterion required actual passed } }
`;

export const SNAPSHOT = `query Snapshot($account: String!) {
  account(name: $account) { ...AccountFields }
  positions(account: $account, filter: { open: true }, first: 100) {
    nodes { ...PositionFields } pageInfo { hasNextPage endCursor }
  }
  clock
  quotes { symbol time }
}
${ACCOUNT}
${POSITION}`;

export const MORE_POSITIONS = `query MorePositions($account: String!, $after: String!) {
  positions(account: $account, filter: { open: true }, first: 100, after: $after) {
    nodes { ...PositionFields } pageInfo { hasNextPage endCursor }
  }
}
${POSITION}`;

export const FIGURES = `query Figures($account: String!) {
  account(name: $account) { ...AccountFields }
  clock
  quotes { symbol time }
}
${ACCOUNT}`;

export const REPORT = `query Performance($account: String!, $session: Int) {
  report(account: $account, session: $session) { session { number startingCapital cash startedAt endedAt } ${PERFORMANCE} }
}`;

export const ACCOUNTS = `query Accounts($after: String) {
  accounts(first: 100, after: $after) { nodes { name enabled } pageInfo { hasNextPage endCursor } }
}`;

export const SESSIONS = `query Sessions($account: String!, $after: String) {
  sessions(account: $account, first: 100, after: $after) {
    nodes { number startingCapital startedAt endedAt realizedPnl tradeCount } pageInfo { hasNextPage endCursor }
  }
}`;

export const POSITION_EVENTS = `subscription Positions($account: String!, $after: String) {
  positionEvents(account: $account, after: $after) {
    cursor kind occurredAt
    position { ...PositionFields }
    fill { reason quantity price gap }
  }
}
${POSITION}`;

export const TRADE_EVENTS = `subscription Trades($account: String!, $after: String) {
  tradeEvents(account: $account, after: $after) {
    cursor kind occurredAt
    trade { id symbol side quantity entryPrice exitPrice exitReason realizedPnl rMultiple }
  }
}`;

export const SIGNAL_EVENTS = `subscription Signals($account: String!, $after: String) {
  signalEvents(account: $account, after: $after) {
    cursor occurredAt
    signal {
      id signalId symbol side status entry entryPrice quantity stopLoss target1 goodUntil
      error { code message limit actual }
    }
  }
}`;

export const ACCOUNT_EVENTS = `subscription AccountEvents($account: String!, $after: String) {
  accountEvents(account: $account, after: $after) {
    cursor kind session startingCapital reason occurredAt
  }
}`;

const ERRORS = "errors { code message limit actual }";

export const ENABLE = `mutation Enable($input: EnableInput!) { enable(input: $input) { account { name } ${ERRORS} } }`;

export const DISABLE = `mutation Disable($input: DisableInput!) {
  disable(input: $input) { closedTrades { id } ${ERRORS} }
}`;

export const RESET = `mutation Reset($input: ResetInput!) {
  reset(input: $input) { account { session { number } } ${ERRORS} }
}`;

export const RESUME = `mutation Resume($input: ResumeInput!) { resume(input: $input) { account { name } ${ERRORS} } }`;

export const CLOSE_POSITION = `mutation Close($input: ClosePositionInput!) {
  closePosition(input: $input) { trade { id realizedPnl } ${ERRORS} }
}`;
