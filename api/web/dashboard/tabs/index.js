import { ActivityTab } from "./activity.js";
import { BoardTab } from "./board.js";
import { BreakdownsTab } from "./breakdowns.js";
import { CalendarTab } from "./calendar.js";
import { ComparisonTab } from "./comparison.js";
import { FeedsTab } from "./feeds.js";
import { HooksTab } from "./hooks.js";
import { MonthsTab } from "./months.js";
import { NotificationsTab } from "./notifications.js";
import { SettingsTab } from "./settings.js";
import { SignalsTab } from "./signals.js";
import { TradesTab } from "./trades.js";

export const TABS = [
  { id: "trades", label: "Trades", view: TradesTab },
  { id: "signals", label: "Signals", view: SignalsTab },
  { id: "comparison", label: "Comparison", view: ComparisonTab },
  { id: "breakdowns", label: "Breakdowns", view: BreakdownsTab },
  { id: "months", label: "Monthly returns", view: MonthsTab },
  { id: "calendar", label: "Calendar and R", view: CalendarTab },
  { id: "board", label: "Accounts", view: BoardTab },
  { id: "activity", label: "Activity", view: ActivityTab },
  { id: "feeds", label: "Feeds", view: FeedsTab },
  { id: "hooks", label: "Hooks", view: HooksTab },
  { id: "notifications", label: "Notifications", view: NotificationsTab },
  { id: "settings", label: "Settings", view: SettingsTab },
];
