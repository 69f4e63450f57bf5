// Starts GraphiQL: its example queries, the access token, and how it asks the server.
"use strict";

(() => {
  const TOKEN_GOES_HERE = "<paste a token>";
  const HEADERS = JSON.stringify({ Authorization: `Bearer ${TOKEN_GOES_HERE}` }, null, 2);

  // The portal has tabs of its own, and clients have tokens of their own.
  const IS_PORTAL = window.location.pathname.startsWith("/portal/");
  const STORAGE = IS_PORTAL ? "session-history-portal" : "session-history";
  const PRINTS_A_TOKEN = `session-history token EMAIL${IS_PORTAL ? " --client ID" : ""}`;

  const fromServer = document.getElementById("examples");
  const EXAMPLES = JSON.parse(fromServer.textContent);

  // react-style-singleton 2.2, with which GraphiQL's dialogs and menus add a style element, takes
  // the nonce of the Content-Security-Policy from here.
  window.__webpack_nonce__ = fromServer.nonce;

  // Every tab has headers of its own: one that still has no token uses the one of another tab. It
  // is kept in this variable only, so that reloading the page forgets it.
  let lastAuthorization = null;

  function requestHeaders(written) {
    const headers = new Headers({ Accept: "application/json", "Content-Type": "application/json" });
    for (const [name, value] of Object.entries(written)) {
      headers.set(name, value);
    }
    const authorization = headers.get("Authorization");
    if (authorization === null) {
      return headers;
    }
    if (!authorization.includes(TOKEN_GOES_HERE)) {
      lastAuthorization = authorization;
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

  const browserStorage = GraphiQL.createLocalStorage({ namespace: STORAGE });
  const HOLD_TABS = ["graphiql:tabState", "graphiql:queries", "graphiql:favorites"];

  // GraphiQL 4 keeps the headers of past queries in the browser's storage even when
  // `shouldPersistHeaders` is false. A token has no place there.
  // Nor has a password, which stands in the variables of who signs in, or in the query itself.
  const PASSWORD = /(password"?\s*:\s*)(?:"""[\s\S]*?(?:"""|$)|"(?:[^"\\\n]|\\.)*"?)/gi;
  const HOLD_TEXT = ["graphiql:query", "graphiql:variables"];

  function withoutPasswords(text) {
    return text.replace(PASSWORD, '$1""');
  }

  function withoutSecrets(stored) {
    return JSON.stringify(JSON.parse(stored), (key, value) => {
      if (key === "headers" && value) {
        return HEADERS;
      }
      const isText = typeof value === "string" && (key === "query" || key === "variables");
      return isText ? withoutPasswords(value) : value;
    });
  }

  function toKeep(key, value) {
    if (HOLD_TEXT.includes(key)) {
      return withoutPasswords(value);
    }
    return HOLD_TABS.includes(key) ? withoutSecrets(value) : value;
  }

  // GraphiQL 4 looks for the tab that holds what was last in the editors, and opens another one
  // when there is none: on a first visit, or when the page was left before it had stored both.
  function openTab() {
    const stored = JSON.parse(browserStorage.getItem("graphiql:tabState"));
    return stored?.tabs[stored.activeTabIndex] ?? EXAMPLES[0];
  }

  const storage = Object.assign(Object.create(browserStorage), {
    getItem(key) {
      if (key === "graphiql:query") {
        return openTab().query;
      }
      return key === "graphiql:variables" ? openTab().variables : browserStorage.getItem(key);
    },
    setItem(key, value) {
      browserStorage.setItem(key, toKeep(key, value));
    },
  });

  // GraphiQL asks for the schema once, when it starts, and shows a refusal as if it were an answer.
  // So it is made to ask only when it will be told, which may take a token.
  const MAY_WE_ASK = { query: "{ __schema { queryType { name } } }" };
  const MILLISECONDS_AFTER_TYPING = 300;

  function useSchema() {
    const [told, setTold] = React.useState(false);
    const waiting = React.useRef(null);
    const tryWith = React.useCallback((written) => {
      clearTimeout(waiting.current);
      waiting.current = setTimeout(async () => {
        let headers;
        try {
          headers = JSON.parse(written);
        } catch {
          return;
        }
        if ((await ask(MAY_WE_ASK, { headers })).data) {
          setTold(true);
        }
      }, MILLISECONDS_AFTER_TYPING);
    }, []);
    React.useEffect(() => tryWith(HEADERS), [tryWith]);
    // `null` is no schema, and `undefined` one that GraphiQL asks for.
    return { schema: told ? undefined : null, onEditHeaders: told ? undefined : tryWith };
  }

  const h = React.createElement;

  // The same objects at every rendering: GraphiQL closes its panels when it gets other plugins.
  const PLUGINS = [GraphiQLPluginExplorer.explorerPlugin()];
  const TABS = EXAMPLES.map((example) => ({ ...example, headers: HEADERS }));

  function Page() {
    return h(
      GraphiQL,
      {
        ...useSchema(),
        fetcher: ask,
        storage,
        plugins: PLUGINS,
        defaultTabs: TABS,
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
          h("code", null, PRINTS_A_TOKEN),
          " prints an access token. Put it into Headers: all tabs use it, until the page is reloaded.",
        ),
      ),
    );
  }

  ReactDOM.createRoot(document.getElementById("graphiql")).render(h(Page));
})();
