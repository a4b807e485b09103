// What graphql-eslint recommends for schemas and for Relay, held against schema.graphql; each exception has its reason.

import graphql from "@graphql-eslint/eslint-plugin";

const partsOfPagesAndAnswers = ["Payload", "Connection", "Edge"];

// A cursor tells them apart, and takes a stream up again.
const events = ["AccountEvent", "Activity", "PositionEvent", "QuoteEvent", "SignalEvent", "TradeEvent"];

// A symbol, its time or a name tells them apart.
const known = [
  ...["Bar", "BoardEntry", "FedSymbol", "FeedCorrection", "FeedGap", "FeedState", "Holding", "Hook", "HookName"],
  ...["NotificationState", "Quote"],
];

// The number, or the title, is among those of one hook.
const ofHooks = ["AlertText", "HookDelivery"];

// They mean something only in the thing that holds them, which has an id.
const values = [
  ...["Amendment", "Assessment", "Change", "Commission", "Comparison", "ConfidenceInterval", "EligibilityCheck"],
  ...["EquityPoint", "Evidence", "Excursion", "Fill", "LiveEligibility", "MetricComparison", "MonthlyReturn", "PageInfo"],
  ...["RejectedInput", "Report", "Settings", "SignalPreview", "Slippage", "ToldTrade", "TradeDifference", "TradeFigures"],
  ...["TradeMatching", "Trail", "TrailingStop", "UserError"],
  ...["Breakdowns", "CampaignBreakdown", "ExitReasonBreakdown", "PatternBreakdown", "SideBreakdown", "SymbolBreakdown"],
];

const exceptions = {
  "@graphql-eslint/strict-id-in-types": [
    "error",
    { exceptions: { suffixes: partsOfPagesAndAnswers, types: [...events, ...known, ...ofHooks, ...values] } },
  ],

  // Lists go one way, from the newest or the oldest (orderBy), by `first` and `after`.
  "@graphql-eslint/relay-arguments": ["error", { includeBoth: false }],

  // Connections give `nodes` too; other lists are short and whole. Bars, events and a board's entries have no id.
  "@graphql-eslint/relay-edge-types": ["error", { listTypeCanWrapOnlyEdgeType: false, shouldImplementNode: false }],

  // It takes no names: `signalId` is the id that the client gave, beside Node's `id`; `bars` of a Bar is a number.
  "@graphql-eslint/no-typename-prefix": "off",
};

export default [
  {
    files: ["schema.graphql"],
    plugins: { "@graphql-eslint": graphql },
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema: "schema.graphql" } } },
    rules: {
      ...graphql.configs["flat/schema-recommended"].rules,
      ...graphql.configs["flat/schema-relay"].rules,
      ...exceptions,
    },
  },
];
