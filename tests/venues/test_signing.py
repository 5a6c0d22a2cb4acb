"""A secret says by its form how it signs, and a clock that is off is noticed."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

from seatrial.domain.faults import BadSetting, VenueUnavailable
from seatrial.domain.time import MINUTE_NS, SECOND_NS
from seatrial.venues.binance.server_time import GOOD_FOR_NS, ServerTime
from seatrial.venues.binance.signing import form_of, signer

PAYLOAD = "symbol=BTCUSDT&timestamp=1700000000000"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ED25519 = ed25519.Ed25519PrivateKey.generate()


def pem(key: object, password: bytes | None = None) -> str:
    form = serialization.PrivateFormat.PKCS8
    locked = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, locked).decode()  # type: ignore[attr-defined,no-any-return]


def test_plain_text_signs_by_hmac() -> None:
    assert form_of("not-a-secret") == "hmac"
    assert signer("not-a-secret")(PAYLOAD) == hmac.new(b"not-a-secret", PAYLOAD.encode(), hashlib.sha256).hexdigest()


@pytest.mark.parametrize("written", [pem(RSA), pem(RSA).replace("\n", "\\n"), f"\n{pem(RSA)}\n\n"])
def test_an_rsa_key_signs_as_its_public_half_expects(written: str) -> None:
    assert form_of(written) == "rsa"
    RSA.public_key().verify(base64.b64decode(signer(written)(PAYLOAD)), PAYLOAD.encode(), PKCS1v15(), hashes.SHA256())


def test_an_ed25519_key_signs_as_its_public_half_expects() -> None:
    assert form_of(pem(ED25519)) == "ed25519"
    ED25519.public_key().verify(base64.b64decode(signer(pem(ED25519))(PAYLOAD)), PAYLOAD.encode())


@pytest.mark.parametrize(
    "wrong",
    [
        pem(ec.generate_private_key(ec.SECP256R1())),
        pem(ED25519, password=b"locked"),
        "-----BEGIN PRIVATE KEY-----\nTORN\n-----END PRIVATE KEY-----",
    ],
)
def test_a_key_we_cannot_sign_with_is_refused_and_never_shown(wrong: str) -> None:
    with pytest.raises(BadSetting, match=r"binance\.secret: accepted is .* RSA or Ed25519") as refused:
        signer(wrong)
    assert wrong.splitlines()[1] not in str(refused.value)


class Clocks:
    """Ours, set by hand, and the venue's, so and so far ahead."""

    def __init__(self) -> None:
        self.ns = 1_700_000_000 * SECOND_NS
        self.ahead_ns = 0
        self.asked = 0
        self.silent = False

    def now_ns(self) -> int:
        return self.ns

    async def theirs_ms(self) -> int:
        self.asked += 1
        if self.silent:
            raise VenueUnavailable("no answer")
        return (self.ns + self.ahead_ns) // 10**6


def test_the_offset_is_asked_for_once_in_half_an_hour_and_after_a_doubt_or_a_jump() -> None:
    async def main() -> None:
        clocks = Clocks()
        time = ServerTime(clocks, clocks.theirs_ms)
        clocks.ahead_ns = 3 * SECOND_NS
        for passed_ns, asked in ((0, 1), (MINUTE_NS, 1), (GOOD_FOR_NS, 2), (-MINUTE_NS, 3)):
            clocks.ns += passed_ns
            assert await time.now_ms() == (clocks.ns + 3 * SECOND_NS) // 10**6
            assert clocks.asked == asked
        time.doubt()
        await time.now_ms()
        assert clocks.asked == 4

    asyncio.run(main())


def test_while_the_venue_does_not_tell_its_time_the_last_offset_holds_and_nobody_asks_each_time() -> None:
    async def main() -> None:
        clocks = Clocks()
        time = ServerTime(clocks, clocks.theirs_ms)
        clocks.ahead_ns = 3 * SECOND_NS
        await time.now_ms()
        clocks.silent = True
        time.doubt()
        for _ in range(5):
            assert await time.now_ms() == (clocks.ns + 3 * SECOND_NS) // 10**6
        assert clocks.asked == 2

    asyncio.run(main())
