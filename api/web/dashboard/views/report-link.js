import { beside } from "../desk/beside.js";
import { needsToken, reportAddress, saveReport } from "../desk/report-page.js";
import { account, chosen, unknownSession } from "../desk/store.js";
import { html, useState } from "../kit/html.js";

/** The report of the session that is looked at, as a page to keep. */
export function ReportLink() {
  const [problem, setProblem] = useState(null);
  if (!account.value || unknownSession.value) return null;
  const address = reportAddress(chosen.value, beside.value);
  const save = (event) => {
    if (!needsToken()) return;
    event.preventDefault();
    setProblem(null);
    saveReport(address, `report-${chosen.value.account}.html`).catch((error) => setProblem(error.message));
  };
  return html`
    <a href=${address} target="_blank" rel="noopener" onClick=${save} data-test="to-report">Report</a>
    ${problem && html`<span class="loss" role="alert">${problem}</span>`}
  `;
}
