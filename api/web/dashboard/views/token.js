import { giveToken, token } from "../desk/token.js";
import { html, useRef } from "../kit/html.js";

export function TokenForm() {
  const field = useRef(null);
  const submit = (event) => {
    event.preventDefault();
    const text = field.current.value.trim();
    if (text) giveToken(text);
  };
  return html`<form class="token" onSubmit=${submit} data-test="token-form">
    <h2>This server asks for its token</h2>
    ${token.value && html`<p class="refusals" role="alert">The token was not accepted.</p>`}
    <label>
      Token
      <input type="password" ref=${field} autocomplete="off" required data-test="token" />
    </label>
    <p class="hint">It is kept for this browser tab only, and sent to this server alone.</p>
    <button type="submit" class="primary" data-test="token-send">Continue</button>
  </form>`;
}
