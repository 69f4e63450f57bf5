// Starts GraphiQL: its example queries, the access token, and how it asks the server.
"use strict";

// react-style-singleton 2.2, with which GraphiQL's dialogs and menus add a style element, takes the
// nonce of the Content-Security-Policy from here.
window.__webpack_nonce__ = document.currentScript.nonce;

(() => {
  const TOKEN_GOES_HERE = "<paste a token>";
  const HEADERS = JSON.stringify({ Authorization: `Bearer ${TOKEN_GOES_HERE}` }, null, 2);
  const EXAMPLES = JSON.parse(document.getElementById("examples").textContent);

  // Every tab has headers of its own: one that still has no token uses the one of another tab. It
  // is kept in this variable only, so that reloading the page forgets it.
  let lastAuthorization = null;

  function requestHeaders(written) {
    const headers = new Headers({ Accept: "application/json", "Content-Type": "application/json" });
    for (const [name, value] of Object.entries(written)) {
      headers.set(name, value);
    }
    if (!headers.get("Authorization")?.includes(TOKEN_GOES_HERE)) {
      lastAuthorization = headers.get("Authorization") ?? lastAuthorization;
    } else if (lastAuthorization !== null) {
      headers.set("Authorization", lastAuthorization);
    } else {
      headers.delete("Authorization");
    }
    return headers;
  }

  async function ask(request, { headers = {} } = {}) {
    let response;
    try {
      response = await fetch(window.location.pathname, {
        method: "POST",
        headers: requestHeaders(headers),
        body: JSON.stringify(request),
      });
    } catch (error) {
      return { errors: [{ message: `The request could not be made: ${error.message}` }] };
    }
    const text = await response.text();
    try {
      return JSON.parse(text);
    } catch {
      return { errors: [{ message: `The server answered ${response.status}: ${text}` }] };
    }
  }

  // GraphiQL 4 keeps the headers of past queries in the browser's storage even when
  // `shouldPersistHeaders` is false. A token has no place there.
  function withoutHeaders(stored) {
    return JSON.stringify(JSON.parse(stored), (key, value) =>
      key === "headers" && value ? HEADERS : value,
    );
  }

  const KEPT_WITH_HEADERS = ["graphiql:queries", "graphiql:favorites", "graphiql:tabState"];
  const browserStorage = GraphiQL.createLocalStorage({ namespace: "session-history" });
  const storage = {
    getItem: browserStorage.getItem,
    setItem: (key, value) =>
      browserStorage.setItem(key, KEPT_WITH_HEADERS.includes(key) ? withoutHeaders(value) : value),
    removeItem: browserStorage.removeItem,
    clear: browserStorage.clear,
    get length() {
      return browserStorage.length;
    },
  };

  // GraphiQL 4 shows a first tab without its variables, unless it finds them here; and it opens a
  // tab too many on the next visit, unless it finds both.
  if (!storage.getItem("graphiql:tabState")) {
    storage.setItem("graphiql:query", EXAMPLES[0].query);
    storage.setItem("graphiql:variables", EXAMPLES[0].variables);
  }

  const h = React.createElement;
  const explorer = GraphiQLPluginExplorer.explorerPlugin();

  ReactDOM.createRoot(document.getElementById("graphiql")).render(
    h(
      GraphiQL,
      {
        fetcher: ask,
        storage,
        plugins: [explorer],
        defaultTabs: EXAMPLES.map((example) => ({ ...example, headers: HEADERS })),
        defaultHeaders: HEADERS,
        defaultEditorToolsVisibility: "headers",
        isHeadersEditorEnabled: true,
        shouldPersistHeaders: false,
      },
      h(GraphiQL.Logo, null, "Session History"),
      h(
        GraphiQL.Footer,
        null,
        h(
          "p",
          { className: "hint" },
          h("code", null, "session-history token EMAIL"),
          " prints an access token. Put it into Headers: all tabs use it, until the page is reloaded.",
        ),
      ),
    ),
  );
})();
