from __future__ import annotations

import pytest

from clew.signals import handles

from .contract import DetectorContract


class TestHandle(DetectorContract):
    name = "handle"
    finds = ("telegram: anna_b", "https://wa.me/447700900123", "find @some_one")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("telegram: anna_b", "telegram:anna_b"),
        ("tg @Anna_b", "telegram:anna_b"),
        ("https://wa.me/447700900123", "whatsapp:+447700900123"),
        ("my insta bella_rose99", "instagram:bella_rose99"),
        ("Instagram - @x.y", "instagram:x.y"),
        ("find @some_one", "unknown:some_one"),
        ("https://api.whatsapp.com/send?text=hi&phone=%2B447700900123", "whatsapp:+447700900123"),
        ("t[.]me/anna_b", "telegram:anna_b"),
        ("t.me/+447700900123", "telegram:+447700900123"),
        ("t.me/joinchat/AbCdEf123", "telegram:+AbCdEf123"),
        ("tg://resolve?domain=anna_b", "telegram:anna_b"),
        ("signal.me/#p/+447700900123", "signal:+447700900123"),
        ("微信anna2024", "wechat:anna2024"),
        ("QQ: 123456789", "qq:123456789"),
        ("onlyfans.com/anna", "onlyfans:anna"),
        ("Telegram ➡️ anna_b", "telegram:anna_b"),
        ("@anna_b on telegram", "telegram:anna_b"),
        ("discord: anna#1234", "discord:anna#1234"),
        ("tele\u200bgram: anna_b", "telegram:anna_b"),
    ],
)
def test_reads_accounts(text, value):
    assert [signal.value for signal in handles(text)] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "line up here",
        "signal me",
        "insta bella",
        "dinner @ 8",
        "anna@gmail.com",
        "snap out of it",
        "instagram.com/p/Cxyz/",
        "signal: 07700900123",
    ],
)
def test_a_platforms_name_alone_is_no_account(text):
    assert handles(text) == []
