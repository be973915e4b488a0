"""Every page and form of the application, found by itself, attacked over a real workspace in which every text is hostile.

Generated from the application's routes: a new page or form is attacked without being named here. The cases are loops in few
tests, as one walk over all addresses serves several questions.
"""

from __future__ import annotations

import csv
import io
import json
import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import httpx
import pytest
from attacked import COUNT, HOSTILE, OPEN, OVERSIGHT, REVIEW, SEALED, SUPPORT, attacked, browser, routes
from client import HOST, Client, Page, application
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from clew.safeguards.actors import Purpose
from clew.web.headers import HEADERS, LIMIT_BYTES
from clew.web.pages import HERE
from clew.workspace import Workspace

if TYPE_CHECKING:
    from schemathesis import Case

STREAMS = {"/live/events"}
OUTSIDE = ("/sign-in", "/sign-in/once", "/sign-in/second")
SQL = "' OR 1=1; DROP TABLE leads; --"
ESCAPE = "..%2f..%2f..%2fetc%2fpasswd"
LINES = "x\r\nSet-Cookie: a=b\r\n\r\n<img src=x onerror=alert(1)>"
FORGED = (
    ({}, {}), ({"csrf": "foreign"}, {}),
    ({"csrf": "own"}, {"Sec-Fetch-Site": "cross-site"}), ({"csrf": "own"}, {"Sec-Fetch-Site": "same-site"}),
)  # fmt: skip
"""A form's token and headers, as a page elsewhere could send them."""


@dataclass
class Walk:
    """A workspace, somebody signed in under each purpose, and what came back from every address that is read."""

    made: Workspace
    clients: dict[Purpose, Client]
    ids: dict[str, str]
    heard: io.StringIO
    pages: dict[str, httpx.Response] = field(default_factory=dict)

    def filled(self, path: str) -> str:
        return re.sub(r"\{(\w+)(:\w+)?\}", lambda hole: self.ids[hole[1]], path)

    def client(self, purpose: Purpose) -> Client:
        """Somebody signed in under it, anew where an attack of before ended the session."""
        if self.clients[purpose].get("/break").status_code != 200:
            self.clients[purpose].__exit__(None, None, None)
            self.clients[purpose] = browser(self.made, self.made.account(), purpose)
        return self.clients[purpose]

    def get(self, address: str) -> httpx.Response:
        """The page under the first purpose that opens it."""
        for client in self.clients.values():
            answer = client.get(address)
            if answer.status_code not in (403, 404):
                break
        return answer


def routes_of(method: str) -> list[APIRoute]:
    return [each for each in routes(application(False)) if method in each.methods and each.path not in STREAMS]


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    heard = io.StringIO()
    handler, root = logging.StreamHandler(heard), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with attacked(tmp_path_factory.mktemp("attacked")) as made:
            clients = {
                purpose: browser(made, made.account(), purpose) for purpose in (REVIEW, SUPPORT, OVERSIGHT, COUNT)
            }
            walked = Walk(made, clients, _ids(made, clients[SUPPORT]), heard)
            for route in routes_of("GET"):
                walked.pages[route.path] = walked.get(walked.filled(route.path))
            yield walked
            for client in clients.values():
                client.__exit__(None, None, None)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def _ids(made: Workspace, client: Client) -> dict[str, str]:
    """Something that is there for each hole of an address, where there is one."""
    anna = made.account()
    adverts = made.lake._sql.execute("SELECT record_id FROM adverts").fetch_arrow_table()["record_id"].to_pylist()
    service = re.search(r"svc_[0-9a-f]{16}", client.get("/directory").text)
    assert service, "the directory shows its entry"
    return {
        "number": made.cases(anna, SUPPORT)[0][0].number, "contact": made.contacts(anna, SUPPORT)[0][0].id,
        "network": made.networks(anna, REVIEW)[0][0].id, "lead": made.leads(anna, REVIEW)[0][0].id,
        "cluster": str(next(iter(made.texts_of(anna, REVIEW, adverts).values()))), "service": service[0],
        "dimension": "gender", "kind": "recruiter", "digest": "0123456789abcdef", "release": "rel_1",
        "subject": "rec_1:rec_2", "referral": f"ref_{1:020x}", "grant": "sfg_1", "review": "sfg_2",
        "factor": "fac_0123456789abcdef", "session": "ses_0123456789ab", "record": adverts[0],
    }  # fmt: skip


def fields_of(route: APIRoute) -> list[str]:
    """The fields of a form, those of the dependencies too."""
    waiting, found = [route.dependant], []
    while waiting:
        each = waiting.pop()
        found += [field.alias for field in each.body_params]
        waiting += each.dependencies
    return sorted(set(found) - {"csrf"})


def assert_text(answer: httpx.Response, where: str) -> None:
    """Nothing of what was put in became markup, script, template or header."""
    assert answer.status_code < 500, where
    assert "set-cookie: a=b" not in str(answer.headers).lower(), where
    assert all("\n" not in value and "<" not in value for value in answer.headers.values()), where
    for name, value in HEADERS.items():
        assert answer.headers[name] == value, (where, name)
    if not answer.headers.get("content-type", "").startswith("text/html"):
        return
    page = Page(answer.text)
    assert not [image for image in page.of("img") if image.get("src") == "x"], where
    assert "${49}" not in page.text, where
    assert len(page.of("script")) == answer.text.count("</script>"), where
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")], (where, tag)
        for name in ("href", "action", "src", "hx-get", "hx-post", "formaction"):
            assert re.match(r"(?!//)[/#?\w.]", attributes.get(name) or "/"), (where, tag, name)
            assert not re.match(r"\w+:", attributes.get(name) or "/"), (where, tag, name)
    for script, body in zip(page.of("script"), page.scripts, strict=True):
        if script.get("type") == "application/json":
            json.loads(body)
        else:
            assert not body.strip(), where


# Forged forms.


def test_no_form_is_taken_that_a_page_of_ours_did_not_make(walk: Walk) -> None:
    posts = routes_of("POST")
    assert len(posts) >= 25
    client = walk.client(SUPPORT)
    own, foreign = client.token(), walk.client(OVERSIGHT).token()
    before = walk.made.vault.head().count
    for route in posts:
        typed = dict.fromkeys(fields_of(route), "yes")
        for form, headers in FORGED:
            token = {"own": own, "foreign": foreign}.get(form.get("csrf", ""), form.get("csrf"))
            if route.path in OUTSIDE and headers == {} and form.get("csrf") == "own":
                continue
            data = typed if token is None else {**typed, "csrf": token}
            answer = client.send("POST", walk.filled(route.path), data=data, headers=headers)
            assert answer.status_code in (401, 403), (route.path, form, headers, answer.status_code)
    assert walk.made.vault.head().count == before, "nothing was done and nothing recorded"
    assert client.get("/break").status_code == 200, "nobody was signed out"


def test_nothing_is_changed_by_reading(walk: Walk) -> None:
    """A link, an image or a form elsewhere can make a browser read: no address that is read takes what a form sends."""
    judged, client = len(walk.made.vault.judgements()), walk.client(SUPPORT)
    for route in routes_of("POST"):
        typed = dict.fromkeys((*fields_of(route), "csrf"), "yes")
        assert client.get(walk.filled(route.path), params=typed).status_code < 500
    for method in ("PUT", "DELETE", "PATCH", "TRACE"):
        for route in routes_of("POST")[:8]:
            assert client.send(method, walk.filled(route.path)).status_code == 405
    assert len(walk.made.vault.judgements()) == judged


# Hostile text.


def test_every_page_shows_hostile_text_as_text(walk: Walk) -> None:
    assert len(walk.pages) >= 45
    for path, answer in walk.pages.items():
        assert_text(answer, path)
    shown = [path for path, answer in walk.pages.items() if HOSTILE in Page(answer.text).text]
    assert len(shown) >= 8, f"hostile text was seen on {shown} alone: the walk does not attack what it should"


def test_every_form_takes_hostile_text_in_every_field(walk: Walk) -> None:
    worst = f"{HOSTILE}{SQL}{LINES}../../../etc/passwd"
    for purpose in walk.clients:
        client = walk.client(purpose)
        token = client.token()
        for route in routes_of("POST"):
            typed = dict.fromkeys(fields_of(route), worst)
            answer = client.send("POST", walk.filled(route.path), data={**typed, "csrf": token})
            assert_text(answer, f"{purpose} {route.path}")
            if answer.status_code == 303:
                assert re.match(r"/(?!/)", answer.headers["location"]), route.path
                assert "onerror" not in answer.headers["location"]
            if (
                "sign" in route.path or "account" in route.path or answer.status_code == 401
            ):  # it may have ended the session
                client = walk.client(purpose)
                token = client.token()
    assert walk.made.vault.verify() == []


def test_every_hole_of_an_address_and_every_query_takes_nonsense(walk: Walk) -> None:
    client = walk.client(REVIEW)
    for route in routes_of("GET"):
        words = (f"{ESCAPE}%27%20OR%201=1--", "%00%3Cimg%20src=x%3E")
        for word in words if "{" in route.path else ():
            answer = client.get(re.sub(r"\{[^}]+\}", word, route.path))
            assert_text(answer, route.path)
            assert answer.status_code in (303, 400, 403, 404, 414, 422), (route.path, word)
            assert "root:" not in answer.text
        names = [each.alias for each in route.dependant.query_params]
        for word in (SQL + LINES, "9" * 30) if names else ():
            answer = client.get(walk.filled(route.path), params=dict.fromkeys(names, word))
            assert_text(answer, route.path)
    assert walk.made.leads(walk.made.account(), REVIEW)[1] > 0, "the table is still there"


def test_no_file_outside_the_static_folder_is_served(walk: Walk) -> None:
    client = walk.client(REVIEW)
    for up in (
        "../pages.py",
        "%2e%2e/pages.py",
        "..%2fpages.py",
        "....//pages.py",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "..%5cpages.py",
    ):
        answer = client.get(f"/static/{up}")
        assert answer.status_code in (404, 405, 400), up
        assert "import" not in answer.text


def test_no_cell_of_a_download_is_a_formula(walk: Walk) -> None:
    tables = {
        path: answer for path, answer in walk.pages.items() if path.endswith(".csv") and answer.status_code == 200
    }
    assert len(tables) >= 4
    for path, answer in tables.items():
        assert re.fullmatch(r'attachment; filename="[\w.-]+"', answer.headers["content-disposition"]), path
        for row in csv.reader(io.StringIO(answer.text)):
            for cell in row:
                assert not re.match(r"\s*[=@+\t\r＝＋＠]|\s*-(?![\d.]+$)", cell), (path, cell)


def test_a_foreign_host_is_refused_and_none_is_repeated(walk: Walk) -> None:
    client = walk.client(REVIEW)
    for host in ("elsewhere.example", "127.0.0.1.elsewhere.example", f"{HOST}@elsewhere.example"):
        assert client.get("/", headers={"Host": host}).status_code == 400
    said = {"X-Forwarded-Host": "elsewhere.example", "X-Forwarded-For": "6.6.6.6", "X-Original-URL": "/audit", "Forwarded": "host=elsewhere.example"}  # fmt: skip
    assert (
        "elsewhere.example" not in str(client.get("/break", headers=said).headers) + client.get("/", headers=said).text
    )


def test_nothing_is_uploaded_and_nothing_large_is_read(walk: Walk) -> None:
    client = walk.client(SUPPORT)
    token = client.token()
    for route in routes_of("POST")[::3]:
        large = {**dict.fromkeys(fields_of(route), "x"), "csrf": token, "more": "y" * (LIMIT_BYTES + 1)}
        assert client.send("POST", walk.filled(route.path), data=large).status_code == 413, route.path
    one = walk.filled("/cases/{number}/record/{kind}")
    for name, content, kind in (
        ("../../x.csv", b"PK\x03\x04", "text/csv"),
        ("x.svg", b"<svg onload=alert(1)>", "image/svg+xml"),
    ):
        answer = client.send("POST", one, data={"csrf": token}, files={"note": (name, content, kind)})
        assert answer.status_code in (400, 401, 403, 422), "a file is no text of a form"
        assert_text(answer, one)


# Canaries.


def test_no_canary_reaches_logs_addresses_or_the_browser_s_storage(walk: Walk) -> None:
    assert walk.heard.getvalue(), "the log was listened to"
    assert OPEN not in walk.heard.getvalue()
    assert SEALED not in walk.heard.getvalue()
    for path, answer in walk.pages.items():
        assert SEALED not in answer.text, f"{path} shows what only an act of its own opens"
        assert "no-store" in answer.headers["cache-control"], path
        assert OPEN not in str(answer.headers), path
        for tag, attributes in Page(answer.text).elements if "html" in answer.headers.get("content-type", "") else ():
            for name in ("href", "action", "src", "hx-get", "hx-post", "hx-push-url"):
                assert "canary" not in (attributes.get(name) or ""), (path, tag, name)
    assert OPEN in "".join(answer.text for answer in walk.pages.values())


def test_sealed_words_are_shown_by_an_act_of_its_own_and_kept_nowhere(walk: Walk) -> None:
    client = walk.client(SUPPORT)
    for address in ("/cases/{number}/identity", "/hotline/contacts/{contact}/words"):
        answer = client.post(walk.filled(address), sure="yes", purpose=SUPPORT.value, why="support", reason="support")
        assert SEALED in answer.text, address
        assert answer.headers["cache-control"] == "no-store"
        assert_text(answer, address)
    assert SEALED not in walk.heard.getvalue()


def test_scripts_of_ours_keep_nothing_in_the_browser() -> None:
    scripts = sorted((HERE / "static").glob("*.js"))
    assert scripts
    for script in scripts:
        assert not re.search(r"localStorage|sessionStorage|indexedDB|document\.cookie|caches\.", script.read_text()), (
            script.name
        )
        assert not re.search(
            r"\beval\(|innerHTML|outerHTML|insertAdjacentHTML|document\.write|new Function", script.read_text()
        ), script.name


# What the application says of itself.


def test_requests_made_from_the_openapi_break_nothing(walk: Walk) -> None:
    """Schemathesis makes requests that fit what the application declares, and such that do not: no server error, no
    header missing, nothing repeated as markup. Few of every fifth here; `CLEW_EXAMPLES=50` asks for
    more, of each.
    """
    import schemathesis  # dear: only this test pays for it
    from schemathesis import GenerationMode

    schema = schemathesis.openapi.from_dict(application(False).openapi())
    operations = [result.ok() for result in schema.get_all_operations()]
    declared = {(each.path, each.method.upper()) for each in operations}
    assert {
        (route.path, method) for route in routes_of("GET") + routes_of("POST") for method in route.methods
    } <= declared
    for operation in operations if "CLEW_EXAMPLES" in os.environ else operations[::5]:
        if operation.path in STREAMS or operation.path == "/sign-out" or "/account" in operation.path:
            continue
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                _ask(walk, operation.as_strategy(generation_mode=mode), operation.path)
            except Unsatisfiable:
                continue


def _ask(walk: Walk, cases: st.SearchStrategy[Case], path: str) -> None:
    client = walk.clients[REVIEW if "lead" in path else SUPPORT]
    token = client.token() if client.get("/break").status_code == 200 else ""

    @settings(
        max_examples=int(os.environ.get("CLEW_EXAMPLES", "2")), deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate],
    )  # fmt: skip
    @given(case=cases)
    def ask(case: Case) -> None:
        form = (
            {str(k): v if isinstance(v, str | list) else str(v) for k, v in case.body.items()}
            if isinstance(case.body, dict)
            else {}
        )
        query = {str(k): str(v) for k, v in (case.query or {}).items()}
        try:
            data = urlencode({**form, "csrf": token}, doseq=True).encode()
            httpx.URL("/", params=query)
        except (UnicodeEncodeError, httpx.InvalidURL):  # half of an emoji, an address too long: this client sends none
            return
        answer = client.send(
            case.method.upper(), case.formatted_path, params=query, content=data if case.method.upper() == "POST" else None,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )  # fmt: skip
        assert_text(answer, f"{case.method} {path}")

    ask()
