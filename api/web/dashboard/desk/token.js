import { signal } from "../kit/html.js";

const KEY = "papertape:token";

/** The server's token for this browser tab; null: none was needed, or none is known. */
export const token = signal(kept());

/** Whether the server asks for a token, or refuses the one it got. */
export const unauthorized = signal(false);

export function giveToken(text) {
  remember(text);
  token.value = text;
  unauthorized.value = false;
}

// Without storage the token lasts for as long as the page.
function kept() {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function remember(text) {
  try {
    sessionStorage.setItem(KEY, text);
  } catch {
    // It is asked for again when the page is loaded again.
  }
}

export const authorization = () => (token.value ? { Authorization: `Bearer ${token.value}` } : {});
