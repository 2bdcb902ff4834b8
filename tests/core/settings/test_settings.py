"""Settings: sources, keys made once and never twice, secrets never shown."""

import dataclasses
import ipaddress

import pytest

from anxin.settings import Settings, SettingsError

PASSWORD = "very-secret-word"


def test_defaults_derive_everything(tmp_path):
    settings = Settings.load(tmp_path, {})
    assert settings.public_url == settings.local_url == "http://127.0.0.1:8000"
    assert not settings.secure_cookies
    assert settings.embedded_database
    assert settings.embedded_redis
    assert settings.app_database_url.startswith("postgresql://anxin_app:")
    assert settings.auth_database_url.startswith("postgresql://anxin_auth:")
    assert settings.redis_url.startswith("unix:///")


def test_the_environment_wins_and_is_typed(tmp_path):
    env = {
        "ANXIN_PORT": "9000",
        "ANXIN_PUBLIC_URL": "https://eap.example.org/",
        "ANXIN_PLUGINS": "rooms, assessments",
        "ANXIN_OUTBOUND_ALLOW": "10.0.0.0/8,127.0.0.1",
        "ANXIN_DEV": "yes",
    }
    settings = Settings.load(tmp_path, env)
    assert settings.port == 9000
    assert settings.public_url == "https://eap.example.org"
    assert settings.secure_cookies
    assert settings.plugins == ("rooms", "assessments")
    assert settings.outbound_allow == (
        ipaddress.ip_network("10.0.0.0/8"),
        ipaddress.ip_network("127.0.0.1/32"),
    )
    assert settings.dev


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ANXIN_PORT", "http"),
        ("ANXIN_PORT", "0"),
        ("ANXIN_PUBLIC_URL", "eap.example.org"),
        ("ANXIN_PUBLIC_URL", "https://example.org/eap"),
        ("ANXIN_WEB_WORKERS", "-1"),
        ("ANXIN_OUTBOUND_ALLOW", "intranet"),
        ("ANXIN_DEV", "perhaps"),
        ("ANXIN_LOG_LEVEL", "loud"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(tmp_path, variable, value):
    with pytest.raises(SettingsError, match=variable):
        Settings.load(tmp_path, {variable: value})


def test_real_servers_replace_the_embedded_ones(tmp_path):
    env = {"DATABASE_URL": f"postgresql://owner:{PASSWORD}@db:5433/eap", "REDIS_URL": "redis://queue:6379/0"}
    settings = Settings.load(tmp_path, env)
    assert not settings.embedded_database
    assert not settings.embedded_redis
    assert settings.app_database_url.partition("@")[2] == "db:5433/eap"
    assert PASSWORD not in settings.app_database_url


def test_keys_are_made_once_and_for_us_alone(tmp_path):
    first = Settings.load(tmp_path, {})
    assert Settings.load(tmp_path, {}).master_key == first.master_key
    assert first.master_key != first.audit_key
    for name in ("master.key", "audit.key"):
        assert (tmp_path / "keys" / name).stat().st_mode & 0o777 == 0o600


def test_a_lost_key_is_never_replaced_while_data_exists(tmp_path):
    Settings.load(tmp_path, {})
    (tmp_path / "postgres").mkdir()
    (tmp_path / "keys" / "master.key").unlink()
    with pytest.raises(SettingsError, match="restore the key from your backup"):
        Settings.load(tmp_path, {})


def test_a_damaged_or_absent_key_file_is_named(tmp_path):
    (tmp_path / "short").write_bytes(b"too short")
    with pytest.raises(SettingsError, match="short is no key"):
        Settings.load(tmp_path, {"ANXIN_MASTER_KEY_FILE": str(tmp_path / "short")})
    with pytest.raises(SettingsError, match=r"cannot read the key .*absent"):
        Settings.load(tmp_path, {"ANXIN_MASTER_KEY_FILE": str(tmp_path / "absent")})


def test_keys_in_hexadecimal_and_base64(tmp_path):
    raw = bytes(range(32))
    spellings = (
        raw.hex(),
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
    )
    assert {Settings.load(tmp_path, {"ANXIN_MASTER_KEY": text}).master_key for text in spellings} == {raw}


def test_derived_keys_are_stable_and_apart(tmp_path):
    settings = Settings.load(tmp_path, {"ANXIN_MASTER_KEY": bytes(32).hex()})
    # RFC 5869 by `cryptography`: HKDF(SHA256, 32, salt=None, info=b"anxin/blind-index").derive(bytes(32))
    assert settings.blind_index_key == _reference(b"anxin/blind-index")
    assert (
        len({settings.blind_index_key, settings.web_secret, settings.derive("x"), settings.master_key}) == 4
    )
    assert len(settings.derive("x", 80)) == 80


def test_no_secret_is_shown(tmp_path):
    env = {
        "DATABASE_URL": f"postgresql://owner:{PASSWORD}@db/eap",
        "REDIS_URL": f"redis://:{PASSWORD}@queue/0",
        "ANXIN_SMTP_URL": f"smtp://post:{PASSWORD}@mail:587",
        "ANXIN_SMS_TOKEN": PASSWORD,
    }
    settings = Settings.load(tmp_path, env)
    shown = repr(settings) + repr(settings.describe())
    assert PASSWORD not in shown
    assert settings.app_database_url.partition(":")[2].partition(":")[2].partition("@")[0] not in shown
    for key in (settings.master_key, settings.audit_key):
        assert key.hex() not in shown
        assert repr(key) not in shown


def test_every_setting_is_explained(tmp_path):
    settings = Settings.load(tmp_path, {})
    described = {item.name: item for item in settings.describe()}
    assert set(described) == {item.name for item in dataclasses.fields(settings)} - {"sources"}
    assert all(item.meaning and item.source for item in described.values())


def test_looking_changes_nothing(tmp_path):
    Settings.load(tmp_path / "new", {}, create=False)
    assert not (tmp_path / "new").exists()


def _reference(info):
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, salt=None, info=info).derive(bytes(32))
