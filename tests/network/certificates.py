"""Certificates for a test, made on the spot: an authority, and servers that it stands for or not."""

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@dataclass(frozen=True)
class Authority:
    """Somebody who signs."""

    name: x509.Name
    key: ec.EllipticCurvePrivateKey
    file: Path
    """Its certificate."""


def authority(folder: Path, name: str = "Ward CA") -> Authority:
    """An authority of a hospital's own."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _builder(_name(name), _name(name), key, 3650)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name.replace(' ', '-')}.pem"
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return Authority(_name(name), key, file)


def server_context(
    folder: Path, signer: Authority | None, *names: str, days: float = 365.0, old: float = 10.0
) -> ssl.SSLContext:
    """A server's side of TLS: a certificate for `names`, which ends in `days` days; without signer, its own."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(names[0])
    others = [_general(name) for name in names]
    certificate = (
        _builder(subject, signer.name if signer else subject, key, days, old)
        .add_extension(x509.SubjectAlternativeName(others), critical=False)
        .sign(signer.key if signer else key, hashes.SHA256())
    )
    file = folder / f"server-{certificate.serial_number}.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, days: float, old: float = 10.0
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=min(days, 0.0) - old))
        .not_valid_after(now + timedelta(days=days))
    )
