// A trade through types made from the schema: what is asked and answered is known to the compiler.
//
//     npm install && npm run generate && npm run check
//     node trade.ts http://127.0.0.1:8000/graphql
//
// Node runs it as it is from version 22.18 on. The desk must know a price of ACME.

import { EnableDocument, ExecuteSignalDocument, OpenPositionsDocument, type TypedDocumentString } from "./papertape.ts";

const url = process.argv[2] ?? "http://127.0.0.1:8000/graphql";
const account = "typescript";

async function ask<Data, Variables>(document: TypedDocumentString<Data, Variables>, variables: Variables): Promise<Data> {
  const body = JSON.stringify({ query: document.toString(), variables });
  const answer = await fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body });
  const { data, errors } = (await answer.json()) as { data: Data; errors?: { message: string }[] };
  if (errors) throw new Error(errors.map((error) => error.message).join("\n"));
  return data;
}

await ask(EnableDocument, { account });
const { executeSignal } = await ask(ExecuteSignalDocument, {
  input: {
    account,
    id: "8a4f1d7e-6c1b-5e0a-9d55-3f0f6a1c2b02", // the same signal has the same id, however often it is sent
    symbol: "ACME",
    side: "LONG",
    stopLoss: "95",
    target1: "112",
    riskPercent: "1",
  },
});
for (const error of executeSignal.errors) console.log(error.code, error.message);

const { positions } = await ask(OpenPositionsDocument, { account });
for (const { symbol, openQuantity, entryPrice } of positions?.nodes ?? []) console.log(symbol, openQuantity, entryPrice);
