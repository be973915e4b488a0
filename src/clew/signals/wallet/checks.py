"""Whether an address is one: checksums as their standards define them, each in a few lines.

Base58Check (Bitcoin), Bech32 and Bech32m (BIP-173, BIP-350), mixed case (EIP-55), Monero's blocks of base 58.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from clew.signals.wallet.keccak import keccak256

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
RIPPLE = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32_CONSTANT, _BECH32M_CONSTANT = 1, 0x2BC830A3
_MONERO_SIZES = {2: 1, 3: 2, 5: 3, 6: 4, 7: 5, 9: 6, 10: 7, 11: 8}


def base58check(address: str, alphabet: str = BASE58) -> bytes | None:
    """Version and payload without the checksum; None when the checksum is wrong."""
    number = 0
    for sign in address:
        digit = alphabet.find(sign)
        if digit < 0:
            return None
        number = number * 58 + digit
    zeros = len(address) - len(address.lstrip(alphabet[0]))
    data = bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
    payload, check = data[:-4], data[-4:]
    return payload if len(data) > 4 and sha256(sha256(payload).digest()).digest()[:4] == check else None


def segwit(address: str) -> tuple[str, int, bytes] | None:
    """(prefix, witness version, program) of a segregated witness address; None when BIP-173 or BIP-350 refuse it."""
    if address.lower() != address != address.upper() or len(address) > 90:
        return None
    low = address.lower()
    prefix, _, data = low.rpartition("1")
    values = [_BECH32.find(sign) for sign in data]
    if not prefix or len(values) < 7 or min(values) < 0 or any(not 33 <= ord(sign) <= 126 for sign in prefix):
        return None
    expected = _BECH32_CONSTANT if values[0] == 0 else _BECH32M_CONSTANT
    if _polymod(_expanded(prefix) + values) != expected:
        return None
    program = _bytes(values[1:-6])
    if program is None or values[0] > 16 or not 2 <= len(program) <= 40:
        return None
    return None if values[0] == 0 and len(program) not in (20, 32) else (prefix, values[0], program)


def bech32_holds(text: str, constant: int) -> bool:
    """Whether any Bech32 (constant 1) or Bech32m (0x2bc830a3) string has a right checksum, whatever it holds."""
    low = text.lower()
    prefix, _, data = low.rpartition("1")
    values = [_BECH32.find(sign) for sign in data]
    if low != text != text.upper() or not prefix or len(text) > 90 or len(values) < 6 or min(values) < 0:
        return False
    return all(33 <= ord(sign) <= 126 for sign in prefix) and _polymod(_expanded(prefix) + values) == constant


def _polymod(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATORS):
            check ^= generator if top >> bit & 1 else 0
    return check


def _expanded(prefix: str) -> list[int]:
    return [ord(sign) >> 5 for sign in prefix] + [0] + [ord(sign) & 31 for sign in prefix]


def _bytes(fives: list[int]) -> bytes | None:
    """Groups of five bits as bytes; None when the padding is longer than four bits or not zero."""
    number = 0
    for five in fives:
        number = number << 5 | five
    spare = len(fives) * 5 % 8
    if spare > 4 or number & ((1 << spare) - 1):
        return None
    return (number >> spare).to_bytes(len(fives) * 5 // 8, "big")


def mixed_case(digits: str) -> str:
    """The forty hexadecimal digits with EIP-55's capitals.

    >>> mixed_case("5aaeb6053f3e94c9b9a09f33669435e7ef1beaed")
    '5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'
    """
    low = digits.lower()
    marks = keccak256(low.encode("ascii")).hex()
    return "".join(sign.upper() if mark >= "8" else sign for sign, mark in zip(low, marks, strict=False))


def monero(address: str) -> bytes | None:
    """Network byte and keys of a Monero address without the checksum; None when it is wrong."""
    data = b""
    for start in range(0, len(address), 11):
        block = address[start : start + 11]
        size = _MONERO_SIZES.get(len(block))
        number = 0
        for sign in block:
            digit = BASE58.find(sign)
            if digit < 0:
                return None
            number = number * 58 + digit
        if size is None or number >> (8 * size):
            return None
        data += number.to_bytes(size, "big")
    payload, check = data[:-4], data[-4:]
    return payload if len(data) > 4 and keccak256(payload)[:4] == check else None
