"""A server of TLS 1.2 by hand, that can ask a client to renegotiate whenever it likes.

ECDHE with P-256, a certificate with an EC key, AES-128-GCM: RFC 5246, 5288, 8422. Nothing is checked of what
the client says but that it decrypts: that is for its own tests.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import socket
import struct

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from attack_hello import HANDSHAKE, TLS12, Fields, message, next_record, record, sized
from evil_hello import FalseHello, from_socket
from evil_pki import Issuer
from evil_partner import Secured

APPLICATION_DATA, CHANGE_CIPHER_SPEC = 23, 20
HELLO_REQUEST, CERTIFICATE, SERVER_KEY_EXCHANGE, SERVER_HELLO_DONE, FINISHED = 0, 11, 12, 14, 20
_P256 = b"\x03\x00\x17"  # a named curve


def prf(secret: bytes, label: bytes, seed: bytes, size: int) -> bytes:
    out, link = b"", label + seed
    while len(out) < size:
        link = hmac.digest(secret, link, "sha256")
        out += hmac.digest(secret, link + label + seed, "sha256")
    return out[:size]


class Half:
    """One direction of a connection under its keys."""

    def __init__(self, key: bytes, salt: bytes) -> None:
        self._cipher, self._salt, self._count = AESGCM(key), salt, 0

    def _bound(self, kind: int, size: int) -> bytes:
        bound = struct.pack(">QBHH", self._count, kind, TLS12, size)
        self._count += 1
        return bound

    def seal(self, kind: int, data: bytes) -> bytes:
        nonce = struct.pack(">Q", self._count)
        return record(kind, nonce + self._cipher.encrypt(self._salt + nonce, data, self._bound(kind, len(data))))

    def open(self, kind: int, sealed: bytes) -> bytes:
        bound = self._bound(kind, len(sealed) - 8 - 16)
        return self._cipher.decrypt(self._salt + sealed[:8], sealed[8:], bound)


class Tls12:
    """A connection under TLS 1.2, from the server's side."""

    def __init__(self, connection: socket.socket, leaf: Issuer) -> None:
        self.socket = connection
        self.heard: list[tuple[int, bytes]] = []
        """Records other than data after the handshake: their type, and what was in them."""
        self._take = from_socket(connection)
        self._shaken = b""
        self._handshake(leaf)

    def recv(self, size: int, /) -> bytes:
        while head := self._take(5):
            data = self._in.open(head[0], self._take(int.from_bytes(head[3:], "big")))
            if head[0] == APPLICATION_DATA:
                assert len(data) <= size
                return data
            self.heard.append((head[0], data))
        return b""

    def sendall(self, data: bytes, /) -> None:
        self.socket.sendall(self._out.seal(APPLICATION_DATA, data))

    def ask_to_renegotiate(self, times: int = 1) -> None:
        self.socket.sendall(b"".join(self._out.seal(HANDSHAKE, message(HELLO_REQUEST, b"")) for _ in range(times)))

    def shutdown(self, how: int, /) -> None:
        self.socket.shutdown(how)

    def close(self) -> None:
        self.socket.close()

    def _say(self, kind: int, body: bytes) -> bytes:
        self._shaken += message(kind, body)
        return record(HANDSHAKE, message(kind, body))

    def _hear(self) -> bytes:
        kind, data = next_record(self._take)
        assert kind == HANDSHAKE, (kind, data)
        self._shaken += data
        return data

    def _handshake(self, leaf: Issuer) -> None:
        of_client = self._hear()[6:38]
        of_server = os.urandom(32)
        hello = bytes(FalseHello(random=of_server))
        self._shaken += hello[5:]
        shown = leaf.certificate.public_bytes(serialization.Encoding.DER)
        secret = ec.generate_private_key(ec.SECP256R1())
        point = secret.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        share = _P256 + sized(point, 1)
        assert isinstance(leaf.key, ec.EllipticCurvePrivateKey)
        signature = leaf.key.sign(of_client + of_server + share, ec.ECDSA(hashes.SHA256()))
        self.socket.sendall(
            hello
            + self._say(CERTIFICATE, sized(sized(shown, 3), 3))
            + self._say(SERVER_KEY_EXCHANGE, share + b"\x04\x03" + sized(signature, 2))
            + self._say(SERVER_HELLO_DONE, b"")
        )
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), Fields(self._hear()[4:]).sized(1))
        master = prf(secret.exchange(ec.ECDH(), theirs), b"master secret", of_client + of_server, 48)
        keys = Fields(prf(master, b"key expansion", of_server + of_client, 2 * (16 + 4)))
        client_key, server_key = keys.take(16), keys.take(16)
        self._in, self._out = Half(client_key, keys.take(4)), Half(server_key, keys.take(4))
        assert next_record(self._take)[0] == CHANGE_CIPHER_SPEC
        kind, sealed = next_record(self._take)
        self._shaken += self._in.open(kind, sealed)
        proof = prf(master, b"server finished", hashlib.sha256(self._shaken).digest(), 12)
        self.socket.sendall(
            record(CHANGE_CIPHER_SPEC, b"\x01") + self._out.seal(HANDSHAKE, message(FINISHED, proof))
        )


class Renegotiator:
    """Asks for renegotiation so many times before it goes on as a mail server."""

    def __init__(self, leaf: Issuer, times: int) -> None:
        self.connections: list[Tls12] = []
        self._leaf, self._times = leaf, times

    def __call__(self, connection: socket.socket) -> Secured:
        secured = Tls12(connection, self._leaf)
        self.connections.append(secured)
        secured.ask_to_renegotiate(self._times)
        return secured

    def heard(self) -> list[tuple[int, bytes]]:
        return [one for secured in self.connections for one in secured.heard]
