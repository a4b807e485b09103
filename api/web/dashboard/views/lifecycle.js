import { disable, enable, reset } from "../desk/commands.js";
import { account, positions } from "../desk/store.js";
import { confirmation } from "../kit/dialog.js";
import { money, plural } from "../kit/format.js";

/** What ends when an account stops trading, with counts that follow the desk while the question is on screen. */
function endings() {
  const workingSignals = account.value?.workingSignals ?? 0;
  const openPositions = positions.value.size;
  return [
    openPositions
      ? `${plural(openPositions, "open position")} will be closed at market.`
      : "No position is open: none will be closed.",
    workingSignals ? `${plural(workingSignals, "working signal")} will be cancelled.` : "No signal is working.",
  ];
}

export function askToDisable({ name }) {
  confirmation({
    title: `Disable “${name}”?`,
    consequences: () => [...endings(), "New signals will be refused until the account is enabled again."],
    action: "Disable",
    perform: () => disable(name),
    dangerous: true,
    test: "dialog-disable",
  });
}

export function askToEnable({ name, session, equity }) {
  confirmation({
    title: `Enable “${name}”?`,
    consequences: () => [
      "It takes signals again at once.",
      `Session ${session.number} goes on with ${money(equity)}; nothing is reset.`,
    ],
    action: "Enable",
    perform: () => enable(name),
    test: "dialog-enable",
  });
}

export function askToReset({ name, session: { number }, settings: { startingCapital } }) {
  confirmation({
    title: `Reset “${name}”?`,
    consequences: () => [
      ...endings(),
      `Session ${number} ends and becomes the archive; it can still be read.`,
      `Session ${number + 1} begins with ${money(startingCapital)}. Progress towards live starts again.`,
    ],
    action: "Reset",
    perform: () => reset(name, number),
    dangerous: true,
    test: "dialog-reset",
  });
}
