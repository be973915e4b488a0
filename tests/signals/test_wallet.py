from __future__ import annotations

import pytest

from clew.signals import scan
from clew.signals.wallet import checks
from clew.signals.wallet.keccak import keccak256

from .contract import DetectorContract

GENESIS = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"  # coinbase of block 0
EIP55 = (
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
)
MONERO = (  # the Monero project's donation address
    "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A"
)


class TestWallet(DetectorContract):
    name = "wallet"
    finds = (GENESIS, "pay bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq now", EIP55[0])


def read(text: str) -> list[tuple[str, str]]:
    return [
        (value, text[start:end])
        for value, start, end in zip(
            *(scan([text], detectors=["wallet"]).signals[c].to_pylist() for c in ("value", "start", "end")), strict=True
        )
    ]


@pytest.mark.parametrize(
    ("data", "digest"),
    [
        (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        (b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
        (b"\x00" * 136, "3a5912a7c5faa06ee4fe906253e339467a9ce87d533c65be3c15cb231cdb25f9"),
    ],
)
def test_keccak_is_the_one_before_the_standard_changed_the_padding(data, digest):
    assert keccak256(data).hex() == digest


@pytest.mark.parametrize(
    ("address", "version", "program"),
    [  # BIP-350, section "Test vectors", as script without its two bytes of version and length
        ("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", 0, "751e76e8199196d454941c45d1b3a323f1433bd6"),
        (
            "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
            0,
            "1863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262",
        ),
        (
            "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
            1,
            "751e76e8199196d454941c45d1b3a323f1433bd6751e76e8199196d454941c45d1b3a323f1433bd6",
        ),
        ("BC1SW50QGDZ25J", 16, "751e"),
        ("bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs", 2, "751e76e8199196d454941c45d1b3a323"),
        (
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
            1,
            "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
        ),
    ],
)
def test_segwit_addresses_of_the_standard_are_read(address, version, program):
    assert checks.segwit(address) == (address[:2].lower(), version, bytes.fromhex(program))


@pytest.mark.parametrize(
    "address",
    [  # BIP-350: wrong constant, wrong case, wrong character, program too short or too long, padding
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",
        "tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf",
        "BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL",
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh",
        "tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47",
        "bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4",
        "BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R",
        "bc1pw5dgrnzv",
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav",
        "BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P",
        "tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq",
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf",
        "bc1gmk9yu",
    ],
)
def test_segwit_addresses_that_the_standard_refuses_are_refused(address):
    assert checks.segwit(address) is None


@pytest.mark.parametrize(
    ("text", "constant", "holds"),
    [  # BIP-173 and BIP-350
        ("A12UEL5L", 1, True),
        ("an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs", 1, True),
        ("split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", 1, True),
        ("?1ezyfcl", 1, True),
        ("A1LQFN3A", 0x2BC830A3, True),
        ("split1checkupstagehandshakeupstreamerranterredcaperredlc445v", 0x2BC830A3, True),
        ("A1G7SGD8", 1, False),
        ("10a06t8", 1, False),
        ("1qzzfhee", 1, False),
        ("A12UEL5l", 1, False),
        ("x1b4n0q5v", 1, False),
        ("M1VUXWEZ", 0x2BC830A3, False),
    ],
)
def test_bech32_checksums_of_the_standards(text, constant, holds):
    assert checks.bech32_holds(text, constant) is holds


@pytest.mark.parametrize("address", EIP55)
def test_mixed_case_of_the_standard(address):
    assert read(address) == [(f"eth:{address}", address)]
    letter = next(at for at in range(2, 42) if address[at].isalpha())
    changed = address[:letter] + address[letter].swapcase() + address[letter + 1 :]
    assert read(changed) == []


def test_ethereum_in_one_case_has_no_checksum_and_counts_less():
    sure, unsure = scan([EIP55[0], EIP55[0].lower()], detectors=["wallet"]).signals["confidence"].to_pylist()
    assert unsure < 0.7 < sure
    assert read("0x" + "0" * 40) == []


@pytest.mark.parametrize(
    ("address", "chain"),
    [
        (GENESIS, "btc"),
        ("3P14159f73E4gFr7JterCCQh9QjiTjiZrG", "btc"),
        ("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", "tron"),  # the USDT contract
        ("rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", "xrp"),  # the account that began the ledger
        (MONERO, "xmr"),
    ],
)
def test_addresses_are_read_with_their_chain_and_not_with_one_sign_changed(address, chain):
    text = f"☀️ pay to {address}, thanks"
    assert read(text) == [(f"{chain}:{address}", address)]
    assert read(text.replace(address[10], "2" if address[10] != "2" else "3", 1)) == []


@pytest.mark.parametrize("chain", ["ltc", "doge", "dash", "zec"])
def test_versions_of_other_chains(chain):
    from clew.signals.wallet.detect import _VERSIONS

    version = next(v for v, name in _VERSIONS.items() if name == chain)
    address = _encoded(version + bytes(range(20)))
    assert read(address) == [(f"{chain}:{address}", address)]


def _encoded(payload: bytes) -> str:
    from hashlib import sha256

    data = payload + sha256(sha256(payload).digest()).digest()[:4]
    number, signs = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        signs = checks.BASE58[digit] + signs
    return signs


@pytest.mark.parametrize(
    "text", ["1" * 34, "T" + "a" * 33, "0x" + "ab" * 32, "bc1" + "q" * 50, "A" * 35, GENESIS + "x"]
)
def test_what_only_looks_like_an_address_is_none(text):
    assert read(text) == []
