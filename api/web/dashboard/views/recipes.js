// A first signal: long 10 ACME at 100, which the signal brings as its own price, so that no market data is needed.

const QUERY = `mutation ($input: ExecuteSignalInput!) {
  executeSignal(input: $input) { signal { status } position { entryPrice } errors { message } }
}`;

const input = (account) => ({
  account,
  symbol: "ACME",
  side: "LONG",
  marketPrice: "100",
  stopLoss: "95",
  target1: "110",
  quantity: "10",
});

const shellQuoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

function curl({ account, url, secured }) {
  const body = JSON.stringify({ query: QUERY.replace(/\s+/g, " "), variables: { input: input(account) } });
  const bearer = secured ? ` \\\n  -H "Authorization: Bearer $PAPERTAPE_TOKEN"` : "";
  return `curl -s ${url} \\\n  -H 'Content-Type: application/json'${bearer} \\\n  -d ${shellQuoted(body)}`;
}

function python({ account, url, secured }) {
  const headers = secured ? `headers={"Authorization": "Bearer " + os.environ["PAPERTAPE_TOKEN"]}, ` : "";
  return `${secured ? "import os\n" : ""}import httpx

query = """${QUERY}"""
signal = ${JSON.stringify(input(account), null, 4)}
answer = httpx.post("${url}", ${headers}json={"query": query, "variables": {"input": signal}})
print(answer.json())`;
}

function javascript({ account, url, secured }) {
  const bearer = secured ? `, Authorization: "Bearer " + process.env.PAPERTAPE_TOKEN` : "";
  return `const query = \`${QUERY}\`;
const input = ${JSON.stringify(input(account), null, 2)};
const answer = await fetch("${url}", {
  method: "POST",
  headers: { "Content-Type": "application/json"${bearer} },
  body: JSON.stringify({ query, variables: { input } }),
});
console.log(JSON.stringify(await answer.json(), null, 2));`;
}

export const RECIPES = { curl, Python: python, JavaScript: javascript };
