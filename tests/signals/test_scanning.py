from __future__ import annotations

import pyarrow as pa
import pytest

from clew.safeguards.errors import UsageError
from clew.signals import FAILURES, SIGNALS, Failed, NotFound, Signal, load, manifests, scan, scanning
from clew.signals.url.detect import UrlDetector

TEXTS = ["call 07700 900123", "", "mail anna@example.com or https://example.com", "in London, £80"]


def test_scan_answers_in_columns_in_the_order_of_the_texts():
    detection = scan(TEXTS, region="GB")
    assert detection.signals.schema == SIGNALS
    assert detection.failures.schema == FAILURES
    assert detection.failures.num_rows == 0
    rows = detection.signals["row"].to_pylist()
    assert rows == sorted(rows)
    found = {(s["row"], s["kind"], s["value"]) for s in detection.signals.to_pylist()}
    assert {
        (0, "phone", "+447700900123"),
        (2, "email", "anna@example.com"),
        (2, "url", "example.com"),
        (3, "place", "London, GB"),
        (3, "price", "80 GBP"),
    } <= found


@pytest.mark.parametrize(
    "column",
    [
        pa.array(TEXTS),
        pa.array(TEXTS, pa.large_string()),
        pa.array(TEXTS).dictionary_encode(),
        pa.chunked_array([TEXTS[:1], TEXTS[1:]]),
        tuple(TEXTS),
    ],
)
def test_scan_reads_any_column_of_strings(column):
    assert scan(column, region="GB").signals.equals(scan(TEXTS, region="GB").signals)


def test_scan_of_nothing_and_of_nulls_says_nothing():
    assert scan([]).signals.num_rows == 0
    assert scan([None, None]).signals.num_rows == 0
    assert scan(pa.nulls(3)).failures.num_rows == 0


def test_scan_counts_every_row_across_batches():
    texts = ["x"] * 2500 + ["mail anna@example.com"]
    assert scan(texts, detectors=["email"]).signals["row"].to_pylist() == [2500]


def test_scan_reads_lone_surrogates():
    # scraped JSON holds halves of emoji
    detection = scan(["\ud83d mail anna@example.com", "x"], detectors=["email"])
    assert detection.signals["start"].to_pylist() == [7]


def test_scan_runs_only_the_detectors_named():
    assert set(scan(TEXTS, detectors=["url", "email"]).signals["kind"].to_pylist()) == {"url", "domain", "email"}


@pytest.mark.parametrize("asked", [{"detectors": ["nobody"]}, {"region": "Utopia"}])
def test_scan_refuses_unknown_names(asked):
    with pytest.raises(UsageError) as refused:
        scan(TEXTS, **asked)
    assert "Utopia" not in str(refused.value)


def test_scan_refuses_a_column_that_is_no_text():
    with pytest.raises(UsageError, match="strings"):
        scan(pa.array([1, 2]))


def test_every_failure_is_a_row_and_never_a_value(monkeypatch):
    real = UrlDetector.read

    def breaks(self, text):
        if "secret" in text:
            raise RuntimeError(text)
        return real(self, text)

    monkeypatch.setattr(UrlDetector, "read", breaks)
    detection = scan(["https://example.com", "secret https://example.org", "https://example.net"], detectors=["url"])
    assert detection.failures.to_pylist() == [{"row": 1, "detector": "url/1", "reason": "RuntimeError"}]
    assert detection.signals["row"].to_pylist() == [0, 0, 2, 2]


def test_a_detector_without_its_library_fails_its_texts_and_no_others(monkeypatch):
    def absent(name, settings=None):
        if name == "language":
            raise ImportError("gone", name="pycld2")
        return load(name, settings)

    monkeypatch.setattr(scanning, "load", absent)
    detection = scan(["https://example.com and words"], detectors=["url", "language"])
    assert detection.failures.to_pylist() == [{"row": 0, "detector": "language/2", "reason": "pycld2 is not installed"}]
    assert detection.signals["kind"].to_pylist() == ["url", "domain"]


def test_a_detector_that_raises_for_a_batch_is_asked_text_by_text():
    class Fragile:
        def detect(self, texts):
            if "bad" in texts:
                raise KeyError("bad")
            return [NotFound() for _ in texts]

    assert scanning.run_on(Fragile(), ["fine", "bad", "fine"]) == [NotFound(), Failed("KeyError"), NotFound()]


def test_a_detector_that_answers_for_another_number_of_texts_failed():
    class Short:
        def detect(self, texts):
            return []

    assert scanning.run_on(Short(), ["a", "b"]) == [Failed("answered for another number of texts")] * 2


def test_workers_give_the_same_answer_part_by_part(monkeypatch):
    from clew.signals import workers

    monkeypatch.setattr(workers, "_PART", 1)  # more parts than workers
    texts = TEXTS * 3
    alone, shared = scan(texts, detectors=["email", "url"]), scan(texts, detectors=["email", "url"], workers=2)
    assert shared.signals.equals(alone.signals)
    assert shared.failures.equals(alone.failures)


def test_a_worker_that_dies_fails_its_rows(monkeypatch):
    from clew.signals import workers

    monkeypatch.setattr(workers.sys, "executable", "/bin/false")
    detection = scan(TEXTS, detectors=["email"], workers=2)
    assert detection.failures["row"].to_pylist() == [0, 1, 2, 3]
    assert set(detection.failures["reason"].to_pylist()) == {"its worker ended with code 1"}


def test_manifests_are_complete_and_alike_nowhere():
    abouts = [m.about for m in manifests()]
    assert len(set(abouts)) == len(abouts)
    assert all(m.never_for.endswith(".") and m.kinds for m in manifests())


CLAIM = Signal("url", "x", 0, 1, 0.5, "url/1")
NONSENSE = {
    "nothing at all": None,
    "words": "x",
    "a stream": iter([CLAIM]),
    "tuples": [tuple(CLAIM)],
    "a kind of another": [CLAIM._replace(kind="phone")],
    "no value": [CLAIM._replace(value=None)],
    "an empty value": [CLAIM._replace(value="")],
    "half of a sign": [CLAIM._replace(value="\ud800")],
    "a span of text": [CLAIM._replace(start="0")],
    "a span that is none": [CLAIM._replace(end=99)],
    "no number": [CLAIM._replace(confidence=float("nan"))],
    "more than certain": [CLAIM._replace(confidence=7)],
    "another's name": [CLAIM._replace(detector="phone/1")],
}


@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE)
def test_an_answer_that_is_none_is_a_failure_and_never_nothing_found(monkeypatch, answer):
    mark = next(m.mark for m in manifests() if m.name == "url")
    if isinstance(answer, list) and isinstance(answer[0], Signal) and answer[0].detector == CLAIM.detector:
        answer = [answer[0]._replace(detector=mark)]
    monkeypatch.setattr(UrlDetector, "read", lambda self, text: answer)
    detection = scan(["www.example.com"], detectors=["url"])
    assert detection.failures["detector"].to_pylist() == [mark]
    assert detection.signals.num_rows == 0


@pytest.mark.parametrize("answer", [None, "Found", True])
def test_an_outcome_that_is_none_is_a_failure(answer):
    class Odd:
        def detect(self, texts):
            return [answer] * len(texts)

    assert all(isinstance(each, Failed) for each in scanning.run_on(Odd(), ["a", "b"]))


def test_a_detector_that_cannot_be_made_fails_its_texts_and_no_others(monkeypatch):
    def broken(self, *_):
        raise RuntimeError("Mira")

    monkeypatch.setattr(UrlDetector, "__init__", broken)
    detection = scan(["mail anna@example.com"], detectors=["email", "url"])
    assert [row["reason"] for row in detection.failures.to_pylist()] == ["RuntimeError"]
    assert detection.signals["kind"].to_pylist() == ["email"]
