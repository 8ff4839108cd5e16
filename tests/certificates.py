"""Certificates for servers of tests, of an authority that nobody else knows."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def make_authority(folder: Path, *names: str) -> tuple[Path, Path, Path]:
    """The files of an authority's certificate, and of a certificate and key for these names and addresses."""
    root_key, root = _certificate("Heliograph tests", None, None, names=())
    key, certificate = _certificate(names[0], root, root_key, names=names)
    files = (folder / "ca.pem", folder / "server.pem", folder / "server.key")
    pem = serialization.Encoding.PEM
    files[0].write_bytes(root.public_bytes(pem))
    files[1].write_bytes(certificate.public_bytes(pem))
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    files[2].write_bytes(key.private_bytes(pem, *plain))
    return files


def _certificate(name, issuer, issuer_key, *, names):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=7))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if names:
        made = made.add_extension(x509.SubjectAlternativeName([_named(one) for one in names]), critical=False)
        made = made.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    else:
        usage = x509.KeyUsage(*(one in (5, 6) for one in range(9)))
        made = made.add_extension(usage, critical=True)
    return key, made.sign(issuer_key or key, hashes.SHA256())


def _named(one):
    try:
        return x509.IPAddress(ip_address(one))
    except ValueError:
        return x509.DNSName(one)
