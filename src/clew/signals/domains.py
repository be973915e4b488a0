"""Which words end a domain name, and how a dot may be written so that no one looks it up.

No list is fetched. All two-letter country codes count, and the generic ones in common use; a domain under any other
ending is missed unless it is written with its scheme.
"""

from __future__ import annotations

import re

GENERIC = frozenset(
    "com net org info biz name edu gov mil int mobi tel asia eu app dev page site online website store shop club xyz top "
    "live life link click space fun pro work works jobs agency studio media group company email chat social network "
    "cloud digital today world city guru blog wiki news video photo photos photography design center solutions services "
    "support systems team tech technology tips tools training travel tours vip win bid loan date trade science party "
    "review rent rentals room house apartments hotel spa health care clinic fit fitness beauty salon hair fashion style "
    "cafe bar restaurant pizza events cash finance money fund insure london paris berlin nyc".split()
)
COUNTRY = frozenset(
    "ac ad ae af ag ai al am ao ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd cf cg "
    "ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et fi fj fk fm fo fr ga gd ge gf gg gh gi "
    "gl gm gn gp gq gr gt gu gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky "
    "kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng "
    "ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl sm "
    "sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu "
    "wf ws ye yt za zm zw".split()
)
RESERVED = frozenset("example test invalid".split())
"""RFC 2606: set aside for examples and tests, so nobody's."""
ENDINGS = GENERIC | COUNTRY | RESERVED
WORDS = frozenset(
    "is it me my no so to at be in us am as do go by la se es de pm ma pa sa re id im ps pro date work life live".split()
)
"""Endings that are also words, so that a missing space after a full stop makes them look like a domain."""

MAILBOXES = frozenset(
    "gmail googlemail hotmail outlook live yahoo ymail icloud proton protonmail tutanota gmx web aol mail yandex orange "
    "free laposte libero wp onet interia seznam rambler zoho inbox msn".split()
)
"""Second-level names under which people hold mailboxes."""

DOT_WORDS = "dot|punto|point|punkt|ponto|punct|kropka|nokta|titik|tochka|точка"
LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
BRACKETED_DOT = rf"\s?[\[({{<]\s?(?:\.|{DOT_WORDS})\s?[\])}}>]\s?"
SPELLED_DOT = rf"{BRACKETED_DOT}|\s(?:{DOT_WORDS})\s"

_ANY_DOT = re.compile(rf"{SPELLED_DOT}|\s?[.。｡]\s?", re.IGNORECASE)


def host(written: str) -> str:
    """The domain name as it is looked up.

    >>> host("Example (dot) CO . uk")
    'example.co.uk'
    """
    return _ANY_DOT.sub(".", written).lower()


def registrable(name: str) -> str | None:
    """The part of a domain name that somebody registered; None for an address of numbers.

    Below country codes the usual second levels (co.uk, com.au) count as endings; rarer ones are in no list here.

    >>> registrable("www.shop.example.co.uk"), registrable("a.example.com"), registrable("192.168.0.1")
    ('example.co.uk', 'example.com', None)
    """
    labels = name.split(".")
    if len(labels) < 2 or labels[-1].isdigit():
        return None
    second = len(labels) > 2 and labels[-1] in COUNTRY and labels[-2] in _SECOND_LEVELS
    return ".".join(labels[-3:] if second else labels[-2:])


_SECOND_LEVELS = frozenset(
    "co com org net gov ac edu or ne go nom ltd plc me gob mil in id web gen firm biz info".split()
)


def ends_well(name: str) -> bool:
    """Whether the name's last label is a known ending."""
    return name.rpartition(".")[2] in ENDINGS
