"""Keccak-256 as Ethereum and Monero use it: the sponge as submitted, with padding 0x01 (FIPS 202's SHA3-256 pads with 0x06)."""

from __future__ import annotations

_RATE = 136
_MASK = (1 << 64) - 1
_TURNS = (
    (0, 36, 3, 41, 18),
    (1, 44, 10, 45, 2),
    (62, 6, 43, 15, 61),
    (28, 55, 25, 21, 56),
    (27, 20, 39, 8, 14),
)


def _constants() -> tuple[int, ...]:
    """The 24 round constants, from the linear feedback register of the specification."""
    made, register = [], 1
    for _ in range(24):
        constant = 0
        for bit in range(7):
            if register & 1:
                constant |= 1 << ((1 << bit) - 1)
            register = (register << 1) ^ (0x171 if register & 0x80 else 0)
        made.append(constant)
    return tuple(made)


_CONSTANTS = _constants()


def keccak256(data: bytes) -> bytes:
    """The 32 bytes of the digest.

    >>> keccak256(b"").hex()[:16]
    'c5d2460186f7233c'
    """
    padded = bytearray(data) + b"\x01" + bytes(-(len(data) + 1) % _RATE)
    padded[-1] |= 0x80
    lanes = [[0] * 5 for _ in range(5)]
    for start in range(0, len(padded), _RATE):
        for lane in range(_RATE // 8):
            word = int.from_bytes(padded[start + 8 * lane : start + 8 * lane + 8], "little")
            lanes[lane % 5][lane // 5] ^= word
        for constant in _CONSTANTS:
            lanes = _round(lanes, constant)
    return b"".join(lanes[lane % 5][lane // 5].to_bytes(8, "little") for lane in range(4))


def _round(a: list[list[int]], constant: int) -> list[list[int]]:
    c = [a[x][0] ^ a[x][1] ^ a[x][2] ^ a[x][3] ^ a[x][4] for x in range(5)]
    d = [c[x - 1] ^ _turned(c[(x + 1) % 5], 1) for x in range(5)]
    b = [[0] * 5 for _ in range(5)]
    for x in range(5):
        for y in range(5):
            b[y][(2 * x + 3 * y) % 5] = _turned(a[x][y] ^ d[x], _TURNS[x][y])
    made = [[b[x][y] ^ (~b[(x + 1) % 5][y] & b[(x + 2) % 5][y]) for y in range(5)] for x in range(5)]
    made[0][0] ^= constant
    return made


def _turned(word: int, bits: int) -> int:
    return (word << bits | word >> (64 - bits)) & _MASK if bits else word
