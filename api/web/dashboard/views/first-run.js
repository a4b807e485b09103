import { enable } from "../desk/commands.js";
import { chosen } from "../desk/store.js";
import { token } from "../desk/token.js";
import { confirmation } from "../kit/dialog.js";
import { html, useState } from "../kit/html.js";
import { Copy } from "../kit/states.js";
import { RECIPES } from "./recipes.js";

/** Nobody has traded here yet: how to begin, with a first signal to copy. */
export function FirstRun() {
  const account = chosen.value.account ?? "default";
  return html`<section class="panel first-run" aria-labelledby="first-run-title" data-test="first-run">
    <h2 id="first-run-title">Begin a rehearsal</h2>
    <p>
      There is no account “${account}” yet. Enable it: it begins with $100,000 of paper money. Then send it bars or quotes,
      and signals; what comes of them appears here by itself.
    </p>
    <p><button type="button" class="primary" onClick=${() => askToOpen(account)} data-test="open-account">Enable “${account}” …</button></p>
    <${FirstSignal} account=${account} />
  </section>`;
}

function askToOpen(account) {
  confirmation({
    title: `Enable “${account}”?`,
    consequences: () => [
      "The account is created and takes signals at once, with the default settings.",
      "Session 1 begins with $100,000.00. No real capital is at risk.",
    ],
    action: "Enable",
    perform: () => enable(account),
    test: "dialog-open",
  });
}

/** The first signal in three languages, with this account and this server filled in. */
export function FirstSignal({ account }) {
  const [language, setLanguage] = useState("curl");
  const place = { account, url: new URL("graphql", document.baseURI).href, secured: token.value !== null };
  const text = RECIPES[language](place);
  return html`<div class="first-signal" data-test="first-signal">
    <div class="recipe-head">
      <div role="group" aria-label="Language">
        ${Object.keys(RECIPES).map(
          (each) => html`<button
            key=${each}
            type="button"
            class="quiet small"
            aria-pressed=${each === language ? "true" : "false"}
            onClick=${() => setLanguage(each)}
            data-test=${`recipe-${each.toLowerCase()}`}
          >
            ${each}
          </button>`,
        )}
      </div>
      <${Copy} text=${text} />
    </div>
    <pre tabindex="0" aria-label=${`A first signal in ${language}`}><code>${text}</code></pre>
  </div>`;
}
