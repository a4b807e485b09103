import { createClient } from "../../vendor/graphql-ws-6.4.2/client.js";
import { authorization, unauthorized } from "./token.js";

const ENDPOINT = new URL("graphql", document.baseURI);
const PATIENCE = 15_000;
const PING_EVERY = 3_000;
const PONG_WITHIN = 4_000;
const CONNECTED_WITHIN = 8_000;
const FORBIDDEN = 4403;

/** What went wrong, in words for the trader; `code` is the API's, or one of ours where no answer came. */
export class DeskError extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

/** The data of a query or a mutation. */
export async function ask(query, variables = {}) {
  const response = await send(JSON.stringify({ query, variables }));
  const answer = await body(response);
  if (answer.errors?.length) throw refusal(answer.errors);
  return answer.data;
}

async function send(text) {
  const headers = {
    Accept: "application/graphql-response+json",
    "Content-Type": "application/json",
    ...authorization(),
  };
  try {
    return await fetch(ENDPOINT, { method: "POST", headers, body: text, signal: AbortSignal.timeout(PATIENCE) });
  } catch (error) {
    throw unreachable(error);
  }
}

async function body(response) {
  try {
    return await response.json();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw unreachable(error);
    throw new DeskError(`The server answered with HTTP ${response.status}, and not in GraphQL.`, "NO_ANSWER");
  }
}

function unreachable(error) {
  return error.name === "TimeoutError"
    ? new DeskError("The server did not answer in time; whether it did what was asked is not known.", "NO_ANSWER")
    : new DeskError("The server cannot be reached.", "UNREACHABLE");
}

function refusal([first]) {
  const error = new DeskError(first.message, first.extensions?.code ?? "INTERNAL");
  if (error.code === "UNAUTHENTICATED") unauthorized.value = true;
  return error;
}

/** Follows a stream. Ends with `error` (a DeskError) or `complete`; it is for the caller to begin again. */
export function subscribe(query, variables, { next, error, complete }) {
  return client.subscribe(
    { query, variables },
    {
      next: ({ data, errors }) => (errors?.length ? error(refusal(errors)) : next(data)),
      error: (reason) => error(streamError(reason)),
      complete,
    },
  );
}

function streamError(reason) {
  if (Array.isArray(reason)) return refusal(reason);
  if (reason?.code === FORBIDDEN) {
    unauthorized.value = true;
    return new DeskError("The server asks for its token.", "UNAUTHENTICATED");
  }
  return new DeskError("The connection to the server was lost.", "CONNECTION_LOST");
}

const timers = { pong: null, opening: null };

// Who resumes must first ask for everything anew, so that the client itself tries nothing again. A server that is
// frozen, and not gone, is noticed by the pong that does not come.
const client = createClient({
  url: Object.assign(new URL(ENDPOINT), { protocol: ENDPOINT.protocol.replace("http", "ws") }).href,
  connectionParams: authorization,
  retryAttempts: 0,
  keepAlive: PING_EVERY,
  on: {
    connecting: () => (timers.opening = setTimeout(() => client.terminate(), CONNECTED_WITHIN)),
    connected: () => clearTimeout(timers.opening),
    ping: (received) => {
      if (!received) timers.pong = setTimeout(() => client.terminate(), PONG_WITHIN);
    },
    pong: (received) => {
      if (received) clearTimeout(timers.pong);
    },
    closed: () => Object.values(timers).forEach(clearTimeout),
  },
});
