#!/bin/sh
# A round trip with curl:  sh walkthrough.sh http://127.0.0.1:8000/graphql
# A signal's id makes it safe to send again; a position's price is a quote's. Each answer is printed as it comes.
set -eu
URL="${1:-http://127.0.0.1:8000/graphql}"

ask() { curl -sS --fail-with-body "$URL" -H 'Content-Type: application/json' -d "$1"; echo; }

echo '# Enable an account, and tell the desk a price.'
ask '{"query": "mutation { enable(input: {account: \"curl\"}) { account { name equity } errors { message } } }"}'
ask '{"query": "mutation { ingestQuotes(input: {quotes: [{symbol: \"ACME\", time: \"2024-03-01T15:00:00Z\", price: \"100\"}]}) { applied duplicate } }"}'

echo '# Ask what the desk would decide, then send the signal.'
SIGNAL='{"account": "curl", "id": "0c5b3a52-4f0e-4b53-8d2f-6c1f0f6a7b01", "symbol": "ACME", "side": "LONG", "timestamp": "2024-03-01T15:00:00Z", "stopLoss": "95", "target1": "105", "quantity": "10"}'
ask '{"query": "query ($input: ExecuteSignalInput!) { previewSignal(input: $input) { accepted fillPrice tradeRiskPercent } }", "variables": {"input": '"$SIGNAL"'}}'
ask '{"query": "mutation ($input: ExecuteSignalInput!) { executeSignal(input: $input) { replayed position { entryPrice } errors { message } } }", "variables": {"input": '"$SIGNAL"'}}'

echo '# Send it again: nothing else happens.'
ask '{"query": "mutation ($input: ExecuteSignalInput!) { executeSignal(input: $input) { replayed position { entryPrice } errors { message } } }", "variables": {"input": '"$SIGNAL"'}}'

echo '# The price reaches the target; the trade is complete.'
ask '{"query": "mutation { ingestQuotes(input: {quotes: [{symbol: \"ACME\", time: \"2024-03-01T16:00:00Z\", price: \"106\"}]}) { applied fills } }"}'
ask '{"query": "{ trades(account: \"curl\") { nodes { exitReason exitPrice realizedPnl rMultiple } } }"}'
