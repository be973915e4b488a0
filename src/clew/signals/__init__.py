"""What one record says: detectors on texts.

Detectors are listed without running them (`manifests()`), run on one text (`phones(text)`, `emails(text)`, ...) or on
many at once (`scan(texts)`), which answers in columns and names every failure.

>>> [signal.value for signal in phones("call 07700 900123", region="GB")]
['+447700900123']
>>> scan(["write to anna (at) mail dot com"], detectors=["email"]).signals["value"].to_pylist()
['anna@mail.com']
"""

from clew.signals.base import (
    FAILURES,
    SIGNALS,
    Detection,
    Detector,
    Failed,
    Found,
    Manifest,
    NotFound,
    Outcome,
    Settings,
    Signal,
)
from clew.signals.registry import load, manifests
from clew.signals.scanning import scan
from clew.signals.single import (
    ages,
    available,
    dates,
    emails,
    handles,
    languages,
    offers,
    phones,
    places,
    prices,
    signs_in,
    urls,
    wallets,
)

__all__ = [
    "FAILURES",
    "SIGNALS",
    "Detection",
    "Detector",
    "Failed",
    "Found",
    "Manifest",
    "NotFound",
    "Outcome",
    "Settings",
    "Signal",
    "ages",
    "available",
    "dates",
    "emails",
    "handles",
    "languages",
    "load",
    "manifests",
    "offers",
    "phones",
    "places",
    "prices",
    "scan",
    "signs_in",
    "urls",
    "wallets",
]
