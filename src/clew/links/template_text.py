"""Writes fitted templates as text: constants as they stand in an advert, slots as {1}, {2}, ...; a brace is doubled."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.links.compiled import compiled, inlined

Numbers = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]


def strings(data: Bytes, offsets: Numbers) -> pa.Array:
    """An Arrow array over these bytes; what is no UTF-8 was none in the advert either."""
    return pa.Array.from_buffers(
        pa.large_string(), len(offsets) - 1, [None, pa.py_buffer(offsets), pa.py_buffer(data[: offsets[-1]])]
    )


def cut(data: Bytes, spans: Numbers) -> pa.Array:
    """The pieces of text at these bytes (first, one after last)."""
    offsets = np.zeros(len(spans) + 1, np.int64)
    np.cumsum(spans[:, 1] - spans[:, 0], out=offsets[1:])
    out = np.empty(int(offsets[-1]), np.uint8)
    _copy_all(data, spans, offsets, out)
    return strings(out, offsets)


@compiled
def _copy_all(data: Bytes, spans: Numbers, offsets: Numbers, out: Bytes) -> None:
    for row in range(len(spans)):
        at = offsets[row]
        for byte in range(spans[row, 0], spans[row, 1]):
            out[at] = data[byte]
            at += 1


@inlined
def _escaped(data: Bytes, low: int, high: int, out: Bytes, at: int) -> int:
    for byte in range(low, high):
        out[at] = data[byte]
        at += 1
        if data[byte] == 123 or data[byte] == 125:
            out[at] = data[byte]
            at += 1
    return at


@inlined
def _after(data: Bytes, spans: Numbers, place: int, last: int, end: int, out: Bytes, at: int) -> int:
    """What stands between this token and the next of its text, or the end of the text."""
    return _escaped(data, spans[place, 1], spans[place + 1, 0] if place < last else end, out, at)


@compiled
def render(
    data: Bytes,
    spans: Numbers,
    starts: Numbers,
    counts: npt.NDArray[np.int32],
    edges: Numbers,
    constant_text: Numbers,
    constant_token: Numbers,
    constant_slot: Numbers,
    template_bounds: Numbers,
    out: Bytes,
    offsets: Numbers,
) -> None:
    """Writes the text of each template; `out` has room for it. Text i is bytes `edges[i]` to `edges[i + 1]`."""
    at = 0
    for template in range(len(template_bounds) - 1):
        offsets[template] = at
        before = -1  # the token written last, its text's last token, and where that text ends
        before_last = -1
        before_end = 0
        open_slot = False
        for k in range(template_bounds[template], template_bounds[template + 1]):
            text = constant_text[k]
            ending = constant_token[k] < 0
            place = starts[text] + constant_token[k]
            slot = constant_slot[k]
            if slot > 0:
                if before >= 0:
                    if before < before_last:
                        at = _after(data, spans, before, before_last, before_end, out, at)
                    else:
                        out[at] = 32
                        at += 1
                out[at] = 123
                at += 1
                digits = 1
                while slot >= 10**digits:
                    digits += 1
                for digit in range(digits):
                    out[at] = 48 + (slot // 10 ** (digits - 1 - digit)) % 10
                    at += 1
                out[at] = 125
                at += 1
                open_slot = True
            if ending:
                if slot <= 0 and before >= 0 and before == before_last:
                    at = _after(data, spans, before, before_last, before_end, out, at)
                continue
            if open_slot:
                if constant_token[k] > 0:
                    at = _escaped(data, spans[place - 1, 1], spans[place, 0], out, at)
                else:
                    out[at] = 32
                    at += 1
            elif before >= 0:
                if before < before_last:
                    at = _after(data, spans, before, before_last, before_end, out, at)
                else:
                    out[at] = 32
                    at += 1
            elif constant_token[k] == 0:
                at = _escaped(data, edges[text], spans[place, 0], out, at)
            open_slot = False
            at = _escaped(data, spans[place, 0], spans[place, 1], out, at)
            before = place
            before_last = starts[text] + counts[text] - 1
            before_end = edges[text + 1]
    offsets[len(template_bounds) - 1] = at
