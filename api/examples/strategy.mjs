// A strategy in JavaScript: it sends a signal that is safe to repeat, and follows it until the round trip is complete.
//
//     node --experimental-websocket strategy.mjs http://127.0.0.1:8000/graphql
//
// From Node 22 on the flag is not needed, and in a browser neither is Node. In a project of your own, install graphql-ws
// and import it by that name. The desk must know a price of ACME.

import { createClient } from "../web/vendor/graphql-ws-6.4.2/client.js";

const url = process.argv[2] ?? "http://127.0.0.1:8000/graphql";
const account = "javascript";
const signalId = "8a4f1d7e-6c1b-5e0a-9d55-3f0f6a1c2b01"; // the same signal has the same id, however often it is sent
const input = {
  account,
  id: signalId,
  symbol: "ACME",
  side: "LONG",
  stopLoss: "95",
  target1: "105",
  target2: "112",
  riskPercent: "1",
};

const ENABLE = `mutation ($account: String!) { enable(input: { account: $account }) { account { cursor } } }`;
const EXECUTE = `mutation ($input: ExecuteSignalInput!) {
  executeSignal(input: $input) { replayed signal { status } position { isOpen } errors { message } }
}`;
const EVENTS = `subscription ($account: String!, $after: String) {
  positionEvents(account: $account, after: $after) {
    cursor kind position { signalId symbol openQuantity realizedPnl } fill { reason price }
  }
}`;

const pause = () => new Promise((resolve) => setTimeout(resolve, 500));

/** The answer, asked for until there is one: what is asked here is harmless to repeat. */
async function ask(query, variables) {
  for (;;) {
    const body = JSON.stringify({ query, variables });
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(url, { method: "POST", headers, body }).then(
      (response) => response.json(),
      () => null, // the server is away; it may be back in a moment
    );
    if (answer?.data) return answer.data;
    const [error] = answer?.errors ?? [];
    if (error && error.extensions.code !== "UNAVAILABLE") throw new Error(error.message);
    await pause();
  }
}

/** Every event of the account's positions after a cursor, once, over as many connections as it takes. */
async function* follow(after) {
  for (;;) {
    const client = createClient({ url: url.replace(/^http/, "ws"), retryAttempts: 0, keepAlive: 5_000 });
    try {
      // graphql-ws would subscribe again with the first cursor: a new subscription begins after the last one.
      for await (const { data, errors } of client.iterate({ query: EVENTS, variables: { account, after } })) {
        if (errors) throw new Error(errors[0].message);
        const event = data.positionEvents;
        if (event.kind === "UPDATED") continue; // only a new mark
        after = event.cursor;
        yield event;
      }
    } catch (problem) {
      if (problem instanceof Error || Array.isArray(problem)) throw problem; // not a connection that was closed
    } finally {
      client.terminate();
    }
    await pause();
  }
}

const { cursor } = (await ask(ENABLE, { account })).enable.account;
const { replayed, signal, position, errors } = (await ask(EXECUTE, { input })).executeSignal;
console.log([`${signal.status}${replayed ? ", as before" : ""}`, ...errors.map(({ message }) => message)].join(" "));
if (position?.isOpen) {
  for await (const { kind, position, fill } of follow(cursor)) {
    console.log(kind, position.symbol, position.openQuantity, fill?.price ?? "");
    if (kind !== "CLOSED" || position.signalId !== signalId) continue;
    console.log(`realized ${position.realizedPnl}`);
    break;
  }
}
process.exit(0);
