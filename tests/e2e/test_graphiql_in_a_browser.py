"""GraphiQL in a real browser: Chromium, where there is one."""

import json
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
CHROMEDRIVER = shutil.which("chromedriver")

pytestmark = [
    pytest.mark.skipif(
        CHROMIUM is None or CHROMEDRIVER is None,
        reason="there is no Chromium with a chromedriver on this machine",
    ),
    # The page is the same over both engines; a browser takes its time.
    pytest.mark.parametrize("engine", ["sqlite"]),
]

QUERY = ".graphiql-query-editor .CodeMirror"
OPEN_TOOL = ".graphiql-editor-tool .graphiql-editor:not(.hidden) .CodeMirror"
ANSWER = ".graphiql-response .CodeMirror"
SWITCHES = (
    "--headless=new",
    "--no-sandbox",  # with one Chromium refuses to run as root, which is who runs in containers
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--window-size=1440,900",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    options = Options()
    options.binary_location = CHROMIUM or ""
    for switch in (*SWITCHES, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    with Chrome(options=options, service=Service(CHROMEDRIVER)) as opened:
        yield opened


@pytest.fixture
def page(browser: Chrome, server_address: str) -> Chrome:
    """The browser, with GraphiQL open in it as on a first visit."""
    browser.get("about:blank")  # an open page would still write what it has not stored yet
    browser.execute_cdp_cmd(
        "Storage.clearDataForOrigin", {"origin": server_address, "storageTypes": "all"}
    )
    errors_in_console(browser)  # forgets those of an earlier test
    browser.get(f"{server_address}/graphql")
    wait_until(browser, lambda: "query" in text_of(browser, QUERY))
    return browser


def errors_in_console(page: Chrome) -> list[str]:
    """What went wrong since this was last asked: exceptions, refusals, failed requests."""
    logged = page.execute("getLog", {"type": "browser"})["value"]
    return [entry["message"] for entry in logged if entry["level"] == "SEVERE"]


def wait_until(page: Chrome, holds: Callable[[], bool]) -> None:
    ignored = [StaleElementReferenceException, NoSuchElementException]
    WebDriverWait(page, 30, ignored_exceptions=ignored).until(lambda _: holds())


def text_of(page: Chrome, editor: str) -> str:
    """All that stands in an editor; the page itself holds only the lines that are in view."""
    element = page.find_element(By.CSS_SELECTOR, editor)
    text: str = page.execute_script("return arguments[0].CodeMirror?.getValue() ?? ''", element)
    return text


def stored(page: Chrome) -> str:
    """All that the browser keeps of the page for the next visit."""
    text: str = page.execute_script("return Object.entries(localStorage).flat().join()")
    return text


def write(page: Chrome, editor: str, text: str) -> None:
    """Type over all that stands in an editor."""
    page.find_element(By.CSS_SELECTOR, editor).click()
    keys = ActionChains(page).key_down(Keys.CONTROL).send_keys("a").key_up(Keys.CONTROL)
    keys.send_keys(text).perform()


def typed(page: Chrome, editor: str, text: str) -> None:
    """Put a text into an editor as pasting does, which closes no brackets of its own."""
    element = page.find_element(By.CSS_SELECTOR, editor)
    page.execute_script("arguments[0].CodeMirror.setValue(arguments[1])", element, text)


def press(page: Chrome, label: str) -> None:
    page.find_element(By.CSS_SELECTOR, f"button[aria-label='{label}']").click()


TABS = ("HistoryOfOneClient", "PeriodicReview", "Statistics")


def show_tab(page: Chrome, number: int) -> None:
    page.find_element(By.ID, f"graphiql-session-tab-{number}").click()
    wait_until(page, lambda: f"query {TABS[number]}" in text_of(page, QUERY))
    wait_until(page, lambda: text_of(page, ANSWER) == "")


def shown(page: Chrome, name: str) -> str:
    """What a part of the page says."""
    return page.find_element(By.CLASS_NAME, name).text


def give_token(page: Chrome, token: str) -> None:
    write(page, OPEN_TOOL, json.dumps({"Authorization": f"Bearer {token}"}))


def operation_to_run(page: Chrome) -> str | None:
    """The name that will be sent: GraphiQL reads it off the query 0.1 s after the query changed."""
    element = page.find_element(By.CSS_SELECTOR, QUERY)
    name: str | None = page.execute_script("return arguments[0].CodeMirror.operationName", element)
    return name


def run(page: Chrome) -> Any:
    """What the query in the open tab is answered with."""
    wait_until(page, lambda: f" {operation_to_run(page)}" in text_of(page, QUERY))
    page.find_element(By.CSS_SELECTOR, ".graphiql-execute-button").click()
    wait_until(page, lambda: text_of(page, ANSWER) != "")
    return json.loads(text_of(page, ANSWER))


def test_the_first_example_shows_the_history_of_a_client(page: Chrome, token: str) -> None:
    give_token(page, token)

    answer = run(page)

    [client] = answer["data"]["clients"]["nodes"]
    assert client["name"] == "Ada Lovelace"
    assert client["sessions"]["totalCount"] == 2


def test_without_a_token_the_answer_says_what_is_missing(page: Chrome) -> None:
    answer = run(page)

    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_a_token_in_one_tab_serves_the_other_examples_too(page: Chrome, token: str) -> None:
    give_token(page, token)
    run(page)

    show_tab(page, 1)
    review = run(page)
    show_tab(page, 2)
    statistics = run(page)

    assert "errors" not in review
    assert "errors" not in statistics, statistics
    assert statistics["data"]["sessions"]["stats"]["total"] == 2


def test_the_browser_keeps_the_queries_but_not_the_token(page: Chrome, token: str) -> None:
    give_token(page, token)
    run(page)

    wait_until(page, lambda: "graphiql:queries" in stored(page))
    assert "HistoryOfOneClient" in stored(page)
    assert token not in stored(page)


SIGN_IN = """mutation SignIn ($input: SignInInput!) {
  signIn(input: $input) { token errors { message } }
  again: signIn(input: {email: "a@example.com", password: "a wrong guess"}) { token }
}"""


def test_the_browser_keeps_no_password(page: Chrome) -> None:
    given = {"input": {"email": "kept@example.com", "password": 'not "kept'}}
    typed(page, QUERY, SIGN_IN)
    page.find_element(By.XPATH, "//button[text()='Variables']").click()
    typed(page, OPEN_TOOL, json.dumps(given))
    run(page)

    wait_until(page, lambda: "SignIn" in stored(page) and "kept@example.com" in stored(page))
    assert "graphiql:queries" in stored(page)
    for part in ("wrong guess", "not ", "kept\\"):
        assert part not in stored(page)


def test_another_visit_finds_the_tabs_as_they_were(page: Chrome) -> None:
    show_tab(page, 1)
    wait_until(page, lambda: '"activeTabIndex":1' in stored(page))

    page.refresh()

    wait_until(page, lambda: "PeriodicReview" in text_of(page, QUERY))
    tabs = page.find_elements(By.CSS_SELECTOR, "[id^=graphiql-session-tab-]")
    assert [tab.text for tab in tabs] == list(TABS)


def test_without_a_token_there_is_no_schema_and_no_error_about_it(page: Chrome) -> None:
    press(page, "Show Documentation Explorer")

    wait_until(page, lambda: "No GraphQL schema" in shown(page, "graphiql-doc-explorer"))
    assert text_of(page, ANSWER) == ""


def test_with_a_token_the_query_editor_completes_the_names_of_fields(
    page: Chrome, token: str
) -> None:
    press(page, "Show Documentation Explorer")
    give_token(page, token)
    wait_until(page, lambda: "Query" in shown(page, "graphiql-doc-explorer-content"))
    assert text_of(page, ANSWER) == ""

    write(page, QUERY, "{ cli")

    hints = (By.CSS_SELECTOR, ".CodeMirror-hint")
    wait_until(page, lambda: len(page.find_elements(*hints)) > 1)
    assert [hint.text for hint in page.find_elements(*hints)] == ["client", "clients"]


def test_nothing_that_the_page_does_is_refused_or_asks_another_host(
    page: Chrome, server_address: str, token: str
) -> None:
    give_token(page, token)
    run(page)
    for panel in ("Documentation Explorer", "History", "GraphiQL Explorer"):
        press(page, f"Show {panel}")
        wait_until(page, lambda: page.find_element(By.CLASS_NAME, "graphiql-plugin").text != "")
    for dialog in ("settings", "short keys"):
        press(page, f"Open {dialog} dialog")
        wait_until(page, lambda: page.find_element(By.CLASS_NAME, "graphiql-dialog").text != "")
        ActionChains(page).send_keys(Keys.ESCAPE).perform()
        wait_until(page, lambda: page.find_elements(By.CLASS_NAME, "graphiql-dialog") == [])

    loaded = page.execute_script("return performance.getEntries().map(entry => entry.name)")
    addresses = [name for name in loaded if "://" in name]
    assert errors_in_console(page) == []
    assert len(addresses) > 5
    assert [name for name in addresses if not name.startswith(f"{server_address}/")] == []


def test_the_portals_page_asks_the_portal_and_has_a_tab_of_its_own(
    page: Chrome, server_address: str, token: str
) -> None:
    page.get(f"{server_address}/portal/graphql")
    wait_until(page, lambda: "query MySessions" in text_of(page, QUERY))
    give_token(page, token)

    answer = run(page)

    assert answer["errors"][0]["message"].startswith("The portal is for clients")
    assert "--client ID" in page.find_element(By.CLASS_NAME, "hint").text
    assert errors_in_console(page) == []
