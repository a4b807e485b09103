const { React, ReactDOM, GraphiQL, GraphiQLPluginExplorer } = window;
const { createElement } = React;
const { getOperationAST, parse } = GraphiQL.GraphQL;

const endpoint = location.origin + location.pathname;
const send = GraphiQL.createFetcher({
  url: endpoint,
  subscriptionUrl: endpoint.replace(/^http/, "ws"),
  enableIncrementalDelivery: false,
});
const plugins = [GraphiQLPluginExplorer.explorerPlugin()];
const storage = storageWithoutHeaders();
const container = document.getElementById("graphiql");

// For a moment after a change of tab GraphiQL still names the operation of the tab before, and would send that.
function fetcher(request, options) {
  const documentAST = parsed(request.query);
  if (!documentAST) return send(request, options);
  const operation = getOperationAST(documentAST, request.operationName) ?? getOperationAST(documentAST);
  return send({ ...request, operationName: operation?.name?.value }, { ...options, documentAST });
}

function parsed(query) {
  try {
    return parse(query);
  } catch {
    return null; // The server's answer says what is wrong with it.
  }
}

// GraphiQL's history keeps headers, and so tokens, whatever `shouldPersistHeaders` says.
function storageWithoutHeaders() {
  const store = GraphiQL.createLocalStorage({ namespace: "papertape" });
  return {
    getItem: (key) => store.getItem(key),
    setItem: (key, value) => store.setItem(key, /:(queries|favorites)$/.test(key) ? withoutHeaders(value) : value),
    removeItem: (key) => store.removeItem(key),
    clear: () => store.clear(),
    get length() {
      return store.length;
    },
  };
}

function withoutHeaders(json) {
  return JSON.stringify(JSON.parse(json), (key, value) => (key === "headers" ? undefined : value));
}

async function loadExamples() {
  const response = await fetch("static/examples.json");
  if (!response.ok) throw new Error(`The examples could not be loaded: HTTP ${response.status}.`);
  return response.json();
}

const isExample = (tab, example) => tab.query === example.query && (tab.variables ?? "") === example.variables;

function newTab({ query, variables }) {
  const operationName = getOperationAST(parse(query)).name.value;
  const id = `${operationName}-${performance.now()}`;
  const hash = [query, variables, ""].join("|");
  return { id, hash, title: operationName, query, variables, headers: null, operationName, response: null };
}

// Examples that were closed or edited come back as they were; whatever else is open, edited ones too, stays.
function withExamples(tabs, examples) {
  const restored = examples.map((example) => tabs.find((tab) => isExample(tab, example)) ?? newTab(example));
  return [...restored, ...tabs.filter((tab) => !restored.includes(tab))];
}

// GraphiQL changes its tabs by updates that are not pure, which React makes twice where another one is waiting. So they
// are asked for once all that has happened to the tabs is rendered.
function useInTurn(change) {
  const [asked, setAsked] = React.useState(0);
  React.useLayoutEffect(() => {
    if (asked) change();
  }, [asked]);
  return () => React.startTransition(() => setAsked((count) => count + 1));
}

// Made twice, the opening of a tab would write the text of the new one over the tab that was in front.
function useNewTabsInTurn() {
  const { addTab } = GraphiQL.React.useEditorContext({ nonNull: true });
  const open = useInTurn(addTab);
  React.useEffect(() => {
    const onClick = (event) => {
      if (!event.target.closest(".graphiql-tab-add")) return;
      event.stopPropagation();
      open();
    };
    container.addEventListener("click", onClick, true);
    return () => container.removeEventListener("click", onClick, true);
  }, []);
}

// GraphiQL looks for the tab in front among those it is given, by identity, and fails without it.
function RestoreExamples({ examples }) {
  const { tabs, moveTab } = GraphiQL.React.useEditorContext({ nonNull: true });
  const restore = useInTurn(() => moveTab(withExamples(tabs, examples)));
  useNewTabsInTurn();
  const button = createElement(
    "button",
    {
      type: "button",
      className: "bar-button",
      title: "Open every example again, as it was. Your own tabs stay.",
      onClick: restore,
    },
    "Restore examples",
  );
  return ReactDOM.createPortal(button, document.getElementById("actions"));
}

function App({ examples }) {
  return createElement(
    GraphiQL,
    {
      fetcher,
      plugins,
      storage,
      defaultTabs: examples,
      defaultEditorToolsVisibility: "variables",
      shouldPersistHeaders: false,
    },
    createElement(RestoreExamples, { examples }),
  );
}

try {
  const examples = await loadExamples();
  ReactDOM.createRoot(container).render(createElement(App, { examples }));
} catch (error) {
  container.replaceChildren(Object.assign(document.createElement("p"), { className: "notice", textContent: error.message }));
}
