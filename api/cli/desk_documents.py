"""The GraphQL documents of the commands that trade."""

_SIGNAL = """{
  signalId symbol assetClass side status entry entryPrice timeInForce goodUntil quantity riskPercent
  stopLoss stopDistance stopPercent target1 target1R target2 target2R
  trailingStop { offset percent activation activationR step } campaignId note timestamp recordedAt
}"""
_POSITION = """{
  id signalId symbol assetClass side status isOpen quantity openQuantity entryTime entryPrice
  stopLoss initialStopLoss target1 target2 trailingStop { offset activation step } campaignId note
  lastPrice lastPriceTime unrealizedPnl realizedPnl rMultiple commission slippage openRisk
}"""
_TRADE = """{
  id signalId symbol side quantity entryTime entryPrice exitTime exitPrice exitReason realizedPnl rMultiple
  commission slippage
}"""
_ERRORS = "errors { code message field limit actual }"
_ASSESSMENT = f"accepted side quantity tradeRiskPercent campaignRiskPercent heatPercent buyingPower {_ERRORS}"

EXECUTE_SIGNAL = f"""mutation ($input: ExecuteSignalInput!) {{
  executeSignal(input: $input) {{ signal {_SIGNAL} position {_POSITION} {_ERRORS} replayed }}
}}"""
CLOSE_POSITION = f"""mutation ($input: ClosePositionInput!) {{
  closePosition(input: $input) {{ position {_POSITION} trade {_TRADE} {_ERRORS} replayed }}
}}"""
CLOSE_ALL = f"""mutation ($input: CloseAllInput!) {{
  closeAll(input: $input) {{ positions {_POSITION} trades {_TRADE} {_ERRORS} replayed }}
}}"""
AMEND_SIGNAL = f"""mutation ($input: AmendSignalInput!) {{
  amendSignal(input: $input) {{ signal {_SIGNAL} {_ERRORS} replayed }}
}}"""
AMEND_POSITION = f"""mutation ($input: AmendPositionInput!) {{
  amendPosition(input: $input) {{ position {_POSITION} {_ERRORS} replayed }}
}}"""

PREVIEW_SIGNAL = f"""query ($input: ExecuteSignalInput!) {{
  previewSignal(input: $input) {{ {_ASSESSMENT} fillPrice commission stopLoss target1 target2 }}
}}"""
PREVIEW_SIGNAL_AMENDMENT = f"""query ($input: AmendSignalInput!) {{
  previewSignalAmendment(input: $input) {{ {_ASSESSMENT} }}
}}"""
PREVIEW_AMENDMENT = f"""query ($input: AmendPositionInput!) {{
  previewAmendment(input: $input) {{ {_ASSESSMENT} }}
}}"""

IS_OPEN = """query ($signalId: UUID!, $account: String!) {
  position(signalId: $signalId, account: $account) { isOpen }
}"""
POSITIONS = f"""query ($account: String!, $filter: PositionFilter!, $after: String) {{
  positions(account: $account, filter: $filter, first: 100, after: $after) {{
    totalCount nodes {_POSITION} pageInfo {{ hasNextPage endCursor }}
  }}
}}"""
ACCOUNT = """query ($account: String!) {
  account(name: $account) {
    id name currency timezone enabled haltReason session { number startingCapital startedAt }
    equity cash buyingPower marketValue longExposure shortExposure todayPnl totalPnl realizedPnl unrealizedPnl
    commission slippage heatPercent openPositions workingSignals tradeCount winningTrades losingTrades winRate averageR
    peakEquity maxDrawdown currentDrawdown cursor
  }
}"""

_HOOK = """
  name account template stopPercent target1R target1Percent riskPercent quantity assetClass
  symbols { name meaning } fields { name meaning } createdAt revokedAt deliveryCount
"""
CREATE_HOOK = f"""mutation ($input: CreateHookInput!) {{
  createHook(input: $input) {{
    hook {{ {_HOOK} texts {{ title text isJson }} warnings }} secret path {_ERRORS}
  }}
}}"""
REVOKE_HOOK = f"""mutation ($input: RevokeHookInput!) {{
  revokeHook(input: $input) {{ hook {{ {_HOOK} }} {_ERRORS} }}
}}"""
HOOKS = f"{{ hooks {{ {_HOOK} }} }}"
HOOK_DELIVERIES = """query ($hook: String!, $first: Int!) {
  hookDeliveries(hook: $hook, first: $first) {
    totalCount nodes { number receivedAt status code message command signalId excerpt }
  }
}"""
