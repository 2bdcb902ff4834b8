"""Passkeys, with a device made of a few lines: the honest sign in with one touch; copies, look-alikes and replays do not."""

import base64
import hashlib
import json
import struct

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

FLAGS_NEW, FLAGS_USED = 0x45, 0x05  # present and verified; the first also carries the key


def text(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class Device:
    """An authenticator with one P-256 key."""

    def __init__(self, host="localhost", origin="http://localhost"):
        self.key, self.id, self.count = ec.generate_private_key(ec.SECP256R1()), b"credential-1234567", 0
        self.host, self.origin = host, origin

    def _client_data(self, kind, challenge):
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _head(self, flags):
        self.count += 1
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + struct.pack(">I", self.count)

    def make(self, options):
        numbers = self.key.public_key().public_numbers()
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)})
        about = self._head(FLAGS_NEW) + bytes(16) + struct.pack(">H", len(self.id)) + self.id + public
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": about})
        data = self._client_data("webauthn.create", options["challenge"])
        return self._answer({"clientDataJSON": text(data), "attestationObject": text(made)})

    def sign(self, options):
        about, data = self._head(FLAGS_USED), self._client_data("webauthn.get", options["challenge"])
        signature = self.key.sign(about + hashlib.sha256(data).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {"clientDataJSON": text(data), "authenticatorData": text(about), "signature": text(signature)}
        )

    def _answer(self, response):
        return json.dumps(
            {
                "id": text(self.id),
                "rawId": text(self.id),
                "type": "public-key",
                "response": response,
                "clientExtensionResults": {},
            }
        )


@pytest.fixture
def device():
    return Device()


@pytest.fixture
def owner(client_as, person, device):
    """Somebody who has added the device's passkey."""
    client = client_as(person("employee"))
    options = client.post(f"{client.base}/me/security/passkeys/begin").get_json()
    done = client.post(f"{client.base}/me/security/passkeys", data={"credential": device.make(options)})
    assert done.status_code == 303
    return client


def options_for(client):
    return client.post(f"{client.base}/sign-in/passkey/begin").get_json()


def sign_in(client, credential):
    return client.post(f"{client.base}/sign-in/passkey", data={"credential": credential})


def inside(client):
    return client.get(f"{client.base}/me/sessions").status_code == 200


def test_one_touch_signs_in(owner, device, client_as, tenant):
    client = client_as(tenant=tenant)
    assert sign_in(client, device.sign(options_for(client))).status_code == 303
    assert inside(client)


def test_an_answer_works_once(owner, device, client_as, tenant):
    client, again = client_as(tenant=tenant), client_as(tenant=tenant)
    answer = device.sign(options_for(client))
    sign_in(client, answer)
    assert sign_in(again, answer).status_code == 422
    options_for(again)
    assert sign_in(again, answer).status_code == 422
    assert not inside(again)


def test_a_look_alike_page_gets_nothing(owner, device, client_as, tenant):
    client = client_as(tenant=tenant)
    device.origin = "https://anxin.example.evil"
    assert sign_in(client, device.sign(options_for(client))).status_code == 422


def test_a_copied_key_is_noticed(owner, device, client_as, tenant):
    client, copy = client_as(tenant=tenant), client_as(tenant=tenant)
    sign_in(client, device.sign(options_for(client)))
    device.count = 0
    assert sign_in(copy, device.sign(options_for(copy))).status_code == 422


def test_a_strange_device_and_a_strange_tenant_get_nothing(owner, device, client_as, tenant, other_tenant):
    client, elsewhere = client_as(tenant=tenant), client_as(tenant=other_tenant)
    assert sign_in(elsewhere, device.sign(options_for(elsewhere))).status_code == 422
    stranger = Device()
    assert sign_in(client, stranger.sign(options_for(client))).status_code == 422


@pytest.mark.parametrize(
    "answer", ["{}", "[]", "null", '{"id": 1}', "not json", '{"rawId": "a", "response": {}}']
)
def test_nonsense_is_refused_kindly(client_as, tenant, answer):
    client = client_as(tenant=tenant)
    options_for(client)
    assert sign_in(client, answer).status_code == 422


def test_a_removed_passkey_opens_nothing(owner, device, client_as, tenant):
    page = owner.get(f"{owner.base}/me/security").get_data(as_text=True)
    found = next(part for part in page.split('"') if part.endswith("/remove") and "passkeys" in part)
    assert owner.post(found).status_code == 303
    client = client_as(tenant=tenant)
    assert sign_in(client, device.sign(options_for(client))).status_code == 422
