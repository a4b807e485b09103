import { eligibility } from "../desk/store.js";
import { number, percent, signed } from "../kit/format.js";
import { html } from "../kit/html.js";
import { Card } from "./card.js";

const CHECKS = {
  DAYS_ENABLED: { name: "days enabled", show: (text) => number(text, 0), asks: "at least" },
  TRADES: { name: "trades with an R", show: (text) => number(text, 0), asks: "at least" },
  WIN_RATE: { name: "win rate", show: (text) => percent(text, 1), asks: "above" },
  AVERAGE_R: { name: "average R", show: (text) => signed(text, 2), asks: "above" },
};

/** How far it is to live: days out of those asked for, and every check by name. */
export function EligibilityCard() {
  const found = eligibility.value;
  const days = found?.checks.find((check) => check.criterion === "DAYS_ENABLED");
  const share = found ? Math.min(100, Number(found.progressPercent)) : 0;
  return html`<${Card}
    title=${html`Ready for live${" "}<span data-test="eligibility-verdict">${verdict(found)}</span>`}
    test="eligibility"
    figure=${days ? `${whole(days.actual)} / ${whole(days.required)} days` : "–"}
    tone=${found?.eligible ? "gain" : ""}
    wide
  >
    <div class="meter" aria-hidden="true"><span style=${{ width: `${share}%` }}></span></div>
    ${found && html`<${Checks} found=${found} />`}
    <p class="hint">Counts real days, and trades signalled as they happened: no replays.</p>
  <//>`;
}

const whole = (text) => (text === null ? "0" : text.split(".")[0]);

function verdict(found) {
  if (!found) return "";
  return found.eligible ? "every check has passed" : `${percent(found.progressPercent, 0)} of the way`;
}

/** The checks that fail; all of them once none does. */
function Checks({ found: { eligible, checks } }) {
  const told = eligible ? checks : checks.filter((check) => !check.passed);
  return html`<ul class="checks" aria-label=${eligible ? "Passed" : "Still missing"}>
    ${told.map(
      (check) =>
        html`<li key=${check.criterion} class=${check.passed ? "passed" : "failed"} data-check=${check.criterion}>
          ${sentence(check)}
        </li>`,
    )}
  </ul>`;
}

function sentence({ criterion, required, actual, passed }) {
  const { name, show, asks } = CHECKS[criterion];
  return passed ? `${name} ${show(actual)}` : `${name} ${show(actual)}, ${asks} ${show(required)}`;
}
