"""The workbench on a free port of this machine, and the system's Chromium in front of it.

The browser lives as long as a test file: Playwright keeps an event loop running in its thread, which tests elsewhere
need for themselves.
"""

import os
import shutil
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "web"))

import uvicorn  # noqa: E402  after the path to the desk of invented data
from fake_desk import FakeDesk  # noqa: E402
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright  # noqa: E402

from clew.web.app import create_app  # noqa: E402


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1", "::1", "localhost"]))


@pytest.fixture(scope="module")
def desk() -> FakeDesk:
    return FakeDesk()


@pytest.fixture(scope="module")
def address(desk: FakeDesk) -> Iterator[str]:
    """Where the workbench is served."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(desk), log_level="error", access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started and time.monotonic() < until:
        time.sleep(0.01)
    assert server.started
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=10)
    listening.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.fail("Chromium is not installed: `make test` installs it on Debian")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


def complains(said: ConsoleMessage) -> bool:
    """A form that was refused answers 422, and Chromium says so on the console; everything else is a complaint."""
    return said.type in {"error", "warning"} and "status of 422" not in said.text


Open = Callable[..., Page]


@pytest.fixture(scope="module")
def usual(chromium: Browser, address: str) -> Iterator[BrowserContext]:
    """A browser window whose cache is warm after the first page."""
    context = chromium.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture
def open_page(chromium: Browser, usual: BrowserContext, address: str, desk: FakeDesk) -> Iterator[Open]:
    """Opens an address, signed in. Whatever the console or the policy complains about fails the test at its end."""
    pages: list[Page] = []
    complaints: list[str] = []

    def go(path: str, *, signed_in: bool = True, scripts: bool = True) -> Page:
        context = usual if scripts else chromium.new_context(base_url=address, java_script_enabled=False)
        context.clear_cookies()
        if signed_in:
            session = desk.sign_in("mira", "correct horse")
            assert session
            context.add_cookies([{"name": "clew-session", "value": session, "url": address}])
        page = context.new_page()
        pages.append(page)
        page.on("console", lambda said: complaints.append(said.text) if complains(said) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(f"{address}/") else complaints.append(asked.url))
        page.goto(path)
        return page

    yield go
    for page in pages:
        page.close()
        if page.context is not usual:
            page.context.close()
    assert complaints == []
