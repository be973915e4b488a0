"""A browser without a screen: speaks to the application in this process, keeps cookies, fills in form tokens."""

from __future__ import annotations

import asyncio
import re
from functools import cache
from html.parser import HTMLParser
from types import TracebackType
from typing import Any, Self

import httpx
from fake_desk import FakeDesk
from fastapi import FastAPI

from clew.desk import Desk
from clew.web.app import create_app

HOST = "127.0.0.1"


BLOCKS = {"p", "td", "th", "li", "dt", "dd", "h1", "h2", "h3", "h4", "div", "tr", "summary", "legend"}


@cache
def application(secure: bool) -> FastAPI:
    """One application for all tests of this process: only the desk behind it changes."""
    return create_app(FakeDesk(), secure_cookies=secure)


class Client:
    def __init__(self, desk: Desk, *, secure: bool = False, host: str = HOST) -> None:
        self.app = application(secure)
        self.app.state.desk = desk
        self._runner = asyncio.Runner()
        scheme = "https" if secure else "http"
        self._http = httpx.AsyncClient(transport=httpx.ASGITransport(app=self.app), base_url=f"{scheme}://{host}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._runner.run(self._http.aclose())
        self._runner.close()

    def send(self, method: str, address: str, **more: Any) -> httpx.Response:
        return self._runner.run(self._http.request(method, address, **more))

    def get(self, address: str, **more: Any) -> httpx.Response:
        return self.send("GET", address, **more)

    def post(self, address: str, **form: Any) -> httpx.Response:
        """Posts a form with the token of the session, as a page of ours would."""
        return self.send("POST", address, data={"csrf": self.token(), **form})

    def token(self) -> str:
        return token_in(self.get("/break").text)

    @property
    def cookies(self) -> httpx.Cookies:
        return self._http.cookies

    def sign_in(self) -> Self:
        token = token_in(self.get("/sign-in").text)
        form = {"csrf": token, "name": "mira", "password": "correct horse", "then": "/"}
        answer = self.send("POST", "/sign-in", data=form)
        assert answer.status_code == 303
        return self


def token_in(html: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', html)
    assert found, "the page holds no form token"
    return found[1]


class Page(HTMLParser):
    """Elements with their attributes, the text, and the contents of script elements."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.text = ""
        self._inside = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag if tag in {"script", "style"} else ""
        if tag in BLOCKS:
            self.text += " "
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts[-1] += data
        else:
            self.text += data

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]
