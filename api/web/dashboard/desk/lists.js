import { ask } from "./api.js";
import { ACCOUNTS, MORE_POSITIONS, SESSIONS } from "./documents.js";

/** All items of a Relay list from `page` on; `more(after)` asks for the next page. */
async function rest(page, more) {
  const nodes = [...page.nodes];
  for (let info = page.pageInfo; info.hasNextPage; ) {
    const next = await more(info.endCursor);
    nodes.push(...next.nodes);
    info = next.pageInfo;
  }
  return nodes;
}

const NOTHING = { nodes: [], pageInfo: { hasNextPage: false } };

export const allPositions = (page, account) =>
  rest(page ?? NOTHING, async (after) => (await ask(MORE_POSITIONS, { account, after })).positions ?? NOTHING);

export async function allAccounts() {
  const more = async (after) => (await ask(ACCOUNTS, { after })).accounts;
  return rest(await more(null), more);
}

export async function allSessions(account) {
  const more = async (after) => (await ask(SESSIONS, { account, after })).sessions ?? NOTHING;
  return rest(await more(null), more);
}
