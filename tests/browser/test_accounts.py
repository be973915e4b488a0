"""Signing in with codes and passkeys on a real vault, in Chromium, on a telephone's width and a desk's."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from clew.safeguards import totp
from clew.safeguards.keys import Cost, Unlock
from clew.workspace import Workspace

PASSWORD = "tired lamp under eleven rivers"
SHOTS = os.environ.get("CLEW_SHOTS")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("accounts")
    unlock = Unlock(key_file=folder / "k" / "w.key")
    with Workspace.create(folder / "w", unlock, cost=Cost(passes=1, memory_kib=64, lanes=1), owner="anna") as made:
        yield made


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    context: BrowserContext = chromium.new_context(
        base_url=address.replace("127.0.0.1", "localhost"), viewport={"width": 360, "height": 740}
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on(
        "console",
        lambda said: troubles.append(said.text) if said.type == "error" and "status of" not in said.text else None,
    )
    yield page
    context.close()
    assert troubles == []


def fits(page: Page, name: str) -> None:
    """No page is wider than the window, on a telephone and on a desk. Kept as pictures where CLEW_SHOTS names a folder."""
    page.wait_for_load_state()
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)


def enter_once(page: Page, desk: Workspace) -> None:
    page.goto(f"/sign-in/once?token={desk.one_time_login(desk.account('anna'))}")
    page.get_by_role("button", name="Open my session").click()
    page.wait_for_url(lambda address: "/sign-in/once" not in address)


def enter(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def code_for(key: str, ahead: int = 0) -> str:
    return totp.code_at(totp.b32(key), int(time.time()) // totp.STEP_S + ahead)


def test_codes_and_recovery_codes(page: Page, desk: Workspace) -> None:
    enter_once(page, desk)
    page.goto("/account")
    fits(page, "account-fresh")
    page.get_by_text("Set one").click()
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("Once more").fill(PASSWORD)
    page.get_by_role("button", name="Keep it").click()
    page.get_by_role("button", name="Set up codes from an app").click()
    key = page.locator("code.key").inner_text()
    expect(page.locator(".qr svg path").first).to_be_visible()
    fits(page, "account-codes")
    page.get_by_label("The six digits").fill("000000")
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_role("alert")).to_contain_text("not the one that the app shows")
    page.get_by_label("The six digits").fill(code_for(key, -1))
    page.get_by_label("What you call it").fill("my work telephone")
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_text("my work telephone").first).to_be_visible()
    page.get_by_role("button", name="Make new ones").click()
    fits(page, "account-recovery")
    spare = page.locator(".codes code").first.inner_text()
    page.get_by_role("link", name="I have them").click()
    fits(page, "account")
    page.get_by_role("button", name="Sign out").click()
    enter(page)
    expect(page.get_by_label("The six digits")).to_be_visible()
    fits(page, "second")
    page.get_by_label("The six digits").fill(code_for(key))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Sign out").click()
    enter(page)
    page.get_by_text("use a recovery code").click()
    page.get_by_label("One of the codes").fill(spare)
    page.get_by_role("button", name="Sign in with it").click()
    page.goto("/account")
    expect(page.get_by_text("9 left")).to_be_visible()
    desk.reset_factors(desk.account("anna"))


def test_a_passkey_signs_in_and_proves(page: Page, desk: Workspace) -> None:
    authenticator = page.context.new_cdp_session(page)
    authenticator.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
    authenticator.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    enter_once(page, desk)
    page.goto("/account")
    page.get_by_role("button", name="Set up a passkey").click()
    fits(page, "account-passkey")
    page.get_by_label("What you call it").fill("blue stick")
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_text("blue stick").first).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    enter_once(page, desk)
    expect(page.get_by_role("button", name="Use your passkey")).to_be_visible()
    fits(page, "second-passkey")
    page.get_by_role("button", name="Use your passkey").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    with desk.vault._write() as tx:  # as if eleven minutes had gone by
        from datetime import timedelta

        from clew.store.models import SessionRow

        for row in tx.query(SessionRow):
            row.proved_at -= timedelta(minutes=11)
    page.goto("/account")
    fits(page, "account-prove")
    page.get_by_role("button", name="It is me: use your passkey").click()
    expect(page.get_by_role("button", name="Set up codes from an app")).to_be_visible()
    assert desk.vault.verify() == []
