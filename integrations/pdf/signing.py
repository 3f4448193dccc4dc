"""Seals on PDFs: a digital signature of this deployment, after which every change of a byte shows.

The key is derived from a secret of the deployment, so nothing has to be stored, moved or lost; the certificate is made from
it by itself and the same each time. It proves that the file is as this deployment sealed it. Who signed *in* the document
is told by the document.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO

from asn1crypto import cms
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import EmbeddedPdfSignature, validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

FIELD_NAME = "Seal"
_VALID_FROM = datetime(2020, 1, 1, tzinfo=UTC)
_VALID_UNTIL = datetime(2099, 12, 31, tzinfo=UTC)
# The order of the group of NIST P-256. Source: FIPS 186-5, D.1.2.3 (SEC 2, 2.4.2).
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class CannotSeal(ValueError):
    """The file is no PDF that can be sealed: damaged, encrypted or sealed already."""


@dataclass(frozen=True, slots=True)
class SealKey:
    """The key of a deployment and its certificate, both in DER."""

    private: bytes
    certificate: bytes

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, in hex."""
        digest = hashes.Hash(hashes.SHA256())
        digest.update(self.certificate)
        return digest.finalize().hex()


@dataclass(frozen=True, slots=True)
class SealReport:
    """What a seal says: whether it `holds`, what was `changed` in words, and who sealed when and why."""

    holds: bool
    changed: str = ""
    name: str = ""
    reason: str = ""
    sealed_at: datetime | None = None


@lru_cache(maxsize=4)
def seal_key(secret: bytes, organization: str = "Onpanel") -> SealKey:
    """Derive the key and certificate of a deployment from `secret` (at least 32 bytes); the same secret gives the same.

    Source:
        RFC 5869 (HKDF) for the scalar, reduced modulo the group's order from 48 bytes so that no bias is left
        (FIPS 186-5, A.2.1); RFC 6979 for a certificate that is the same each time.
    """
    if len(secret) < 32:
        raise ValueError("a seal needs a secret of at least 32 bytes")
    material = HKDF(hashes.SHA256(), 48, salt=None, info=b"onpanel document seal v1").derive(secret)
    private = ec.derive_private_key(int.from_bytes(material, "big") % (_ORDER - 1) + 1, ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{organization} document seal"),
        ]
    )
    public = private.public_key()
    identifier = x509.SubjectKeyIdentifier.from_public_key(public)
    usage = x509.KeyUsage(True, True, False, False, False, True, False, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(int.from_bytes(identifier.digest[:16], "big") | 1)
        .not_valid_before(_VALID_FROM)
        .not_valid_after(_VALID_UNTIL)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(identifier, critical=False)
        .sign(private, hashes.SHA256(), ecdsa_deterministic=True)
    )
    der = private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return SealKey(der, certificate.public_bytes(serialization.Encoding.DER))


def sealed(pdf: bytes, *, name: str, reason: str, key: SealKey, location: str | None = None) -> bytes:
    """Return `pdf` with a certifying signature over all of it that allows no change at all.

    `name` is who or what is sealed for, `reason` why; viewers show both.

    Raises:
        CannotSeal: the file is damaged, encrypted or sealed already.
    """
    certificate = asn1_x509.Certificate.load(key.certificate)
    registry = SimpleCertificateStore.from_certs([certificate])  # type: ignore[no-untyped-call]
    signer = signers.SimpleSigner(
        signing_cert=certificate,
        signing_key=asn1_keys.PrivateKeyInfo.load(key.private),
        cert_registry=registry,
        embed_roots=False,
    )
    about = signers.PdfSignatureMetadata(
        field_name=FIELD_NAME,
        md_algorithm="sha256",
        name=name,
        reason=reason,
        location=location,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    try:
        writer = IncrementalPdfFileWriter(BytesIO(pdf), strict=False)
        if writer.prev.encrypted:
            raise CannotSeal("The PDF is encrypted.")
        out = signers.sign_pdf(writer, about, signer=signer)
    except (PdfError, SigningError, ValueError, KeyError) as error:
        raise CannotSeal(f"The PDF cannot be sealed: {error}") from error
    return bytes(out.getbuffer())


def seal_report(pdf: bytes, *, key: SealKey) -> SealReport:
    """Say whether the seal of `pdf` holds, and if not what was changed. Never raises for a broken file."""
    try:
        reader = PdfFileReader(BytesIO(pdf), strict=False)
        found = list(reader.embedded_regular_signatures)
        if not found:
            return SealReport(False, "The file carries no seal.")
        embedded = found[0]
        if embedded.signer_cert is None or embedded.signer_cert.dump() != key.certificate:
            return SealReport(False, "The file was sealed by somebody else.")
        certificate = asn1_x509.Certificate.load(key.certificate)
        trust = ValidationContext(trust_roots=[certificate], allow_fetching=False)
        status = validate_pdf_signature(embedded, signer_validation_context=trust)
    except Exception as error:  # a file that was tampered with breaks the library anywhere
        return SealReport(False, f"The file is damaged: {error}")
    about = embedded.sig_object
    said = {
        "name": str(about.get("/Name", "")),
        "reason": str(about.get("/Reason", "")),
        "sealed_at": embedded.self_reported_timestamp,
    }
    if not status.intact:
        changed = "Bytes of the sealed document were changed after it was sealed."
    elif not status.valid or not status.trusted or not _is_as_made(embedded):
        changed = "The seal itself was changed."
    elif status.coverage != SignatureCoverageLevel.ENTIRE_FILE:
        changed = "Something was added to the file after it was sealed."
    else:
        changed = ""
    return SealReport(not changed, changed, **said)


def _is_as_made(embedded: EmbeddedPdfSignature) -> bool:
    """The parts of a signature that no digest covers are as `sealed` writes them: one algorithm, one certificate, zeros."""
    content = bytes(embedded.pkcs7_content)
    signed = embedded.signed_data
    message = cms.ContentInfo.load(content)
    used = message.dump()
    algorithms = [algorithm["algorithm"].native for algorithm in signed["digest_algorithms"]]
    return algorithms == ["sha256"] and len(signed["certificates"]) == 1 and not content[len(used) :].strip(b"\0")


def seal_holds(pdf: bytes, *, key: SealKey) -> bool:
    """True while the file is, byte for byte, as this deployment sealed it."""
    return seal_report(pdf, key=key).holds
