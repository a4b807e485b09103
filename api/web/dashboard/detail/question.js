/** All that the desk knows of what one signal led to. */
export const STORY = {
  variables: { account: "String!", id: "UUID!" },
  fields: {
    signal: `signal(id: $id, account: $account) {
      signalId symbol side status entry entryPrice goodUntil timeInForce quantity riskPercent stopLoss target1 target2
      stopDistance stopPercent target1R target2R trailingStop { offset percent activation activationR step }
      pattern phase timeframe confidence source campaignId note timestamp recordedAt
      error { code message limit actual }
      amendments { ...AmendmentFields }
    }`,
    position: `position(signalId: $id, account: $account) {
      id symbol side status isOpen quantity openQuantity entryTime entryPrice stopLoss initialStopLoss target1 target2
      trailingStop { offset activation step } lastPrice lastPriceTime unrealizedPnl realizedPnl rMultiple commission
      slippage openRisk campaignId note
      fills { time reason quantity price rawPrice slippage commission gap ambiguous }
      amendments { ...AmendmentFields }
    }`,
    trade: `trade(signalId: $id, account: $account) {
      quantity entryPrice exitTime exitPrice exitReason realizedPnl rMultiple commission slippage
      fills { reason } excursion { adverse favourable }
    }`,
  },
  fragments: ["fragment AmendmentFields on Amendment { time cursor changes { field from to } }"],
};
