import { account, archived, report } from "../desk/store.js";
import { money, signedMoney, signedPercent } from "../kit/format.js";
import { effect } from "../kit/html.js";

const NAME = "Papertape";

/** The window's title follows the account: its equity, and what today brought; of an ended session, what it came to. */
export function keepTitle() {
  effect(() => {
    document.title = titleOf(account.value, archived.value ? report.value : null);
  });
}

function titleOf(now, ended) {
  if (!now) return NAME;
  if (ended) return `${money(ended.session.cash)} ${signedPercent(ended.returnPercent)} · ${now.name}, session ${ended.session.number} · ${NAME}`;
  return `${money(now.equity)} ${signedMoney(now.todayPnl)} today · ${now.name} · ${NAME}`;
}
