import { DeskError } from "./api.js";
import { authorization, token } from "./token.js";

/** Where the report page of a session is; null: of the running one. */
export function reportAddress({ account, session }, beside) {
  const asked = Object.entries({ account, session, beside }).filter(([, value]) => value !== null);
  return new URL(`report?${new URLSearchParams(asked)}`, document.baseURI).href;
}

/** A browser follows a link without the token: where one is needed, the page is fetched with it and saved. */
export const needsToken = () => token.value !== null;

export async function saveReport(address, name) {
  const response = await fetch(address, { headers: authorization() }).catch(() => null);
  if (!response?.ok) throw new DeskError("The report could not be fetched.", "NO_ANSWER");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
