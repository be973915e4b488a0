import numpy as np
import pyarrow as pa
import pytest

from clew.links.letters import ALONE, BREAK, NOTHING, SPACE, folding
from clew.links.tokens import tokens


def words(text: str | None) -> list[int]:
    found = tokens([text])
    return found.values[found.starts[0] : found.starts[0] + found.counts[0]].tolist()


@pytest.mark.parametrize("gap", [" ", "\t", "\r\n", "\u00a0", "\u3000", "\u2009", "\u2028", ", ", " - ", "…"])
def test_white_space_and_punctuation_of_every_kind_separate_words(gap: str) -> None:
    assert words(f"two{gap}words") == words("two words")
    assert len(words("two words")) == 2


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("CAFÉ", "cafe"),  # capitals and an accent
        ("cafe\u0301", "café"),  # the same accent as a character of its own
        ("ΣΟΦΙΑΣ", "σοφιας"),
        ("МОСКВА Ёлка", "москва елка"),
        ("ＦＵＬＬ ５", "full 5"),
        ("𝐁𝐨𝐥𝐝", "bold"),
        ("no\u200bthing", "nothing"),
        ("so\u00adft", "soft"),
        ("كتـــاب", "كتاب"),
        ("❤️", "❤"),
        ("👋🏽", "👋"),
        ("5️⃣5️⃣5️⃣", "555"),
        ("٠٢٠ ๑२", "020 12"),  # digits of other scripts
        ("mаssаgе", "massage"),  # Cyrillic letters that look the same
        ("m a s s a g e", "massage"),
        ("m.a.s.s.a.g.e", "massage"),
    ],
)
def test_letters_are_folded_as_a_reader_sees_them(written: str, plain: str) -> None:
    assert words(written) == words(plain)
    assert words(written)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("今天天气", 4),
        ("こんにちは", 5),
        ("カタカナー", 5),
        ("ไทย", 3),
        ("ລາວ", 3),
        ("ខ្មែរ", 5),
        ("မြန်မာ", 6),
        ("한국 사람", 2),
        ("💐📞new", 3),
        ("a中b", 3),
        ("1,000", 2),
        ("$80 @town #1", 3),
        ("", 0),
        ("   \u3000", 0),
        (None, 0),
        ("?!", 0),
    ],
)
def test_scripts_without_spaces_and_pictures_make_every_character_a_token(text: str | None, count: int) -> None:
    assert len(words(text)) == count


def test_a_lone_character_is_marked_and_a_word_is_not() -> None:
    assert [word & 1 for word in words("hello 你 ก 💐")] == [0, 0, 1, 1]


def test_a_number_is_marked_and_a_word_with_a_digit_in_it_is_not() -> None:
    assert [word & 2 for word in words("call 555 £80 9pm m4ssage w12")] == [0, 2, 2, 2, 0, 0]


def test_no_script_digit_or_picture_is_dropped() -> None:
    table = folding()
    kept = [ord(sign) for sign in "aZ9éжשعहத中あกခ한😀❤€$"]
    assert all(table[point] > BREAK for point in kept)
    assert {int(table[ord(sign)]) for sign in " \u00a0\u3000"} == {SPACE}
    assert int(table[0x200D]) == NOTHING
    assert table[ord("中")] & ALONE


def same(one: pa.Array | pa.ChunkedArray, other: list[str | None]) -> bool:
    a, b = tokens(one), tokens(other)
    return (
        a.counts.tolist() == b.counts.tolist()
        and a.content.tolist() == b.content.tolist()
        and a.values.tolist() == b.values.tolist()
    )


def test_every_layout_of_arrow_reads_the_same() -> None:
    texts = ["first text", None, "", "zweiter Text mit Übermut", "第三", "last"]
    assert same(pa.array(texts), texts)
    assert same(pa.array(texts, pa.large_string()), texts)
    assert same(pa.array(texts, pa.string_view()), texts)
    assert same(pa.array(texts).dictionary_encode(), texts)
    assert same(pa.array(["before", *texts, "after"]).slice(1, 6), texts)
    assert same(pa.array(["x", *texts], pa.large_string()).slice(1), texts)
    assert same(pa.chunked_array([texts[:2], [], texts[2:]], pa.string()), texts)
    assert same(pa.chunked_array([], pa.string()), [])
    assert same(pa.array([None, None], pa.string()), [None, None])
    assert same(pa.nulls(2), [None, None])


def test_bytes_that_are_not_utf8_stay_inside_their_text() -> None:
    broken = pa.array([b"\xf0\x9f", b"\xff\xfe\xc3", b"fine \xe4\xb8"], pa.binary())
    texts = pa.Array.from_buffers(pa.string(), 3, broken.buffers())
    assert tokens(texts).counts[2] >= 1
    assert len(tokens(texts).values) == tokens(texts).counts.sum()


def test_content_tells_texts_apart_by_tokens_in_order() -> None:
    content = tokens(["red room", "RED, room!", "room red", "redroom", "?", "??", "", None]).content
    assert content[0] == content[1]
    assert len(np.unique(content)) == 6
    assert content[6] == content[7] == 0
