import { ask } from "./api.js";
import { DISABLE, ENABLE, RESET, RESUME } from "./documents.js";

// Each is a promise of the desk's refusals: none if it was done.

const command = async (query, field, input) => (await ask(query, { input }))[field].errors;

export const enable = (account, settings = null) => command(ENABLE, "enable", { account, settings });
export const disable = (account) => command(DISABLE, "disable", { account });
export const resume = (account) => command(RESUME, "resume", { account });

/** Names the session that is to end, so that the same reset sent twice ends it once. */
export const reset = (account, session) => command(RESET, "reset", { account, session });
