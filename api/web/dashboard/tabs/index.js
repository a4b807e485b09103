import { ActivityTab } from "./activity.js";
import { BreakdownsTab } from "./breakdowns.js";
import { ComparisonTab } from "./comparison.js";
import { MonthsTab } from "./months.js";
import { SettingsTab } from "./settings.js";
import { SignalsTab } from "./signals.js";
import { TradesTab } from "./trades.js";

export const TABS = [
  { id: "trades", label: "Trades", view: TradesTab },
  { id: "signals", label: "Signals", view: SignalsTab },
  { id: "comparison", label: "Comparison", view: ComparisonTab },
  { id: "breakdowns", label: "Breakdowns", view: BreakdownsTab },
  { id: "months", label: "Monthly returns", view: MonthsTab },
  { id: "settings", label: "Settings", view: SettingsTab },
  { id: "activity", label: "Activity", view: ActivityTab },
];
