"""Whether everything names the same person at the same place: registry, CAQH, addresses, names, numbers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from credentialing.enrollment.rules.packet.addresses import same_address
from credentialing.enrollment.rules.packet.facts import (
    CAQH_DAYS,
    CAQH_DAYS_BY_STATE,
    AddressSaid,
    Defect,
    PacketFacts,
)
from credentialing.providers.rules import PersonName, names_agree
from infra.words import short_date

_CAQH = "caqh.org, ProView resources: every 120 days, Illinois 180"
_OPTUM = "Optum’s list of the most frequent defects"
_NPPES = "NPPES: payers load what the registry says"


def identity_defects(facts: PacketFacts, today: date) -> Iterator[Defect]:
    """Yield where sources disagree on who applies, from where, and under which numbers.

    Source:
        Payers' most frequent defects: CAQH expired or not authorized, addresses that differ (payers.yaml, Optum).
    """
    yield from _registry(facts)
    yield from _caqh(facts, today)
    if not facts.has_tin:
        yield Defect(
            "tin-missing", "The clinic has no tax ID on file.", "Enter the clinic's TIN.", action="open_clinic"
        )
    if not facts.has_location:
        yield Defect(
            "location-missing",
            "No practice location is chosen.",
            "Choose where the provider sees clients.",
            action="open_locations",
        )
    if facts.group_min is not None and facts.group_size < facts.group_min:
        yield Defect(
            "group-too-small",
            f"{facts.payer_name} contracts groups from {facts.group_min} licensed providers on; there are "
            f"{facts.group_size}.",
            "Apply for an individual contract, which moves with the provider.",
            action="none",
        )
    yield from _addresses(facts)
    yield from _names(facts)


def _registry(facts: PacketFacts) -> Iterator[Defect]:
    if facts.registry_status == "mismatch" or facts.mismatches:
        fields = ", ".join(facts.mismatches) or "some fields"
        yield Defect(
            "registry-mismatch",
            f"The NPI registry says something else: {fields}.",
            "Correct the provider's file, or have the provider correct the registry.",
            action="take_registry",
            source=_NPPES,
        )
    elif facts.registry_status != "verified":
        yield Defect(
            "npi-not-checked",
            "The NPI has not been checked against the registry.",
            "Run the registry check again.",
            action="recheck_registry",
            source=_NPPES,
        )
    if facts.npi_active is False:
        yield Defect(
            "npi-deactivated",
            "The NPI registry says that this NPI is deactivated.",
            "Have the provider reactivate it at NPPES first: claims under it are refused.",
            action="ask_provider",
            source="45 CFR 162.408; NPPES status",
        )
    if facts.npi_kind == "organization":
        yield Defect(
            "npi-type-mismatch",
            "The provider's NPI belongs to an organization (type 2).",
            "Enter the provider's own NPI (type 1).",
            subject="provider",
            source="45 CFR 162.406: type 1 for people, type 2 for organizations",
        )
    if facts.group_npi_kind == "individual":
        yield Defect(
            "npi-type-mismatch",
            "The clinic's NPI belongs to a person (type 1).",
            "Enter the clinic's group NPI (type 2).",
            action="open_clinic",
            subject="clinic",
            source="45 CFR 162.406: type 1 for people, type 2 for organizations",
        )
    fitting = set(facts.fitting_taxonomies)
    if fitting and facts.registry_taxonomies and not fitting & set(facts.registry_taxonomies):
        yield Defect(
            "taxonomy-mismatch",
            f"No taxonomy in the NPI registry ({', '.join(facts.registry_taxonomies[:3])}) fits the license type.",
            "Have the provider add the right taxonomy at NPPES, or correct the license type in the file.",
            action="ask_provider",
            source="NUCC taxonomies by license type: a wrong one denies a whole category of claims",
        )


def _caqh(facts: PacketFacts, today: date) -> Iterator[Defect]:
    if not facts.needs_caqh:
        return
    if facts.caqh_attested_on is None:
        yield Defect(
            "caqh-not-attested",
            "No CAQH attestation is on file.",
            "Enter the date of the last attestation.",
            action="ask_caqh",
            source=_CAQH,
        )
    else:
        last_day = facts.caqh_attested_on + timedelta(days=CAQH_DAYS_BY_STATE.get(facts.state.upper(), CAQH_DAYS))
        if last_day < today:
            yield Defect(
                "caqh-expired",
                f"The CAQH attestation ran out on {short_date(last_day, today)}.",
                "Have the provider attest again.",
                action="ask_caqh",
                source=_CAQH,
            )
    if facts.caqh_authorized is False:
        yield Defect(
            "caqh-not-authorized",
            f"{facts.payer_name} may not read the provider's CAQH profile.",
            f"Have the provider authorize {facts.payer_name} in CAQH ProView.",
            action="ask_caqh",
            source=_OPTUM,
        )


def _addresses(facts: PacketFacts) -> Iterator[Defect]:
    if not facts.location_address:
        return
    for source in dict.fromkeys(said.source for said in facts.addresses if said.text):
        texts = [said.text for said in facts.addresses if said.source == source and said.text]
        if any(same_address(text, facts.location_address) for text in texts):
            continue
        paper = next((said for said in facts.addresses if said.source == source and said.paper), None)
        if paper is None:
            yield _address_defect(source, texts[0], facts)
        elif not any(same_address(paper.text, place) for place in facts.clinic_addresses):
            yield _paper_address(paper, facts)


def _address_defect(source: str, says: str, facts: PacketFacts) -> Defect:
    """What one click does depends on who is alone: a registry that differs from all others is corrected by the provider there, an
    application that differs from all others takes the registry's address."""
    registry = source == "NPI registry"
    backed = any(
        said.source != source and said.text and same_address(said.text, facts.location_address)
        for said in facts.addresses
    )
    if registry:
        fix, action = "Use the registry's address, or have the provider correct it there.", "take_registry"
        if backed:
            fix, action = (
                "Have the provider correct it at NPPES: other sources agree with the application.",
                "ask_provider",
            )
    else:
        fix = f"Correct the address in {source}, or choose the location that it names."
        action = "ask_caqh" if source == "CAQH" else "open_locations"
    return Defect(
        "address-differs",
        f"The application says {facts.location_address}; {'the ' if registry else ''}{source} says {says}.",
        fix,
        action=action,  # type: ignore[arg-type]
        subject=source,
        source=_OPTUM,
    )


def _paper_address(said: AddressSaid, facts: PacketFacts) -> Defect:
    """Payers compare the W-9 letter by letter; a license or a policy may carry a mailing address, which is worth a look only.

    One click takes over the address of a W-9 that a person has confirmed, unless another source agrees with the application.
    """
    backed = any(
        other.source != said.source and other.text and same_address(other.text, facts.location_address)
        for other in facts.addresses
    )
    fix, action = "Upload a corrected one, or choose the location that it names.", "open_document"
    if not said.is_confirmed:
        fix = "Compare it with the page; then upload a corrected one, or correct the location."
    elif said.paper == "w9" and not backed:
        fix, action = "Use the address of the W-9, or upload a corrected W-9.", "take_paper"
    return Defect(
        "address-differs",
        f"The application says {facts.location_address}; {said.source} says {said.text}.",
        fix,
        "blocks" if said.paper == "w9" else "warns",
        action,  # type: ignore[arg-type]
        said.paper,
        _OPTUM,
    )


def _names(facts: PacketFacts) -> Iterator[Defect]:
    if not facts.last_name:
        return
    person = PersonName(facts.first_name, facts.last_name)
    for subject, label, written in [
        *((paper.document_id, paper.label, paper.holder) for paper in facts.papers if paper.kind != "w9"),
        *((f"license {row.state}", f"The license of {row.state}", row.holder) for row in facts.licenses),
        *(
            ("malpractice_face", "The liability policy", row.holder)
            for row in facts.policies
            if not is_organization(row.holder)
        ),
    ]:
        first, last = split_name(written)
        if not last:
            continue
        how = names_agree(PersonName(first, last), person, facts.former_names)
        if how == "same" or how == "hyphen":
            continue
        backwards = names_agree(person, PersonName(first, last), facts.former_names)
        if "former" in (how, backwards):
            yield Defect(
                "name-former",
                f"{label} is made out to {written}, a former name.",
                "Send the proof of the name change with it.",
                "warns",
                "open_document",
                subject,
                "NCQA: former names belong to the application",
            )
        else:
            yield Defect(
                "name-mismatch",
                f"{label} is made out to {written}, not to {facts.first_name} {facts.last_name}.",
                "Ask for the one in the provider's name, or add the former name to the file.",
                "blocks",
                "open_document",
                subject,
                _OPTUM,
            )


def split_name(written: str) -> tuple[str, str]:
    """Return first and last name of a name as documents print it: `Ruiz, Ana M.` and `Ana M. Ruiz, LISW` are Ana Ruiz.

    Source:
        Licenses and declarations pages print either order, with degrees behind a comma.
    """
    before, _, after = written.strip().partition(",")
    if after and len(before.split()) == 1 and after.split() and not _is_degree(after.split()[0]):
        return after.split()[0], before.strip()
    words = [word for word in before.split() if not _is_degree(word)]
    return (words[0], words[-1]) if len(words) > 1 else ("", "")


def is_organization(written: str) -> bool:
    """Say whether a name is a company's: a group's policy may name the group, and its certificate the provider.

    Source:
        requirements.yaml, malpractice_face: provider named, or on the roster of the policy.
    """
    return bool(_COMPANY & {word.strip(".,&").upper().replace(".", "") for word in written.split()})


def _is_degree(word: str) -> bool:
    plain = word.strip(".,").replace(".", "")
    return len(plain) > 1 and plain.isupper() and plain in _DEGREES


_COMPANY = frozenset(
    "LLC PLLC INC CORP CORPORATION LTD LLP PC GROUP CLINIC CENTER CENTERS COUNSELING ASSOCIATES SERVICES HEALTH HEALTHCARE "
    "BEHAVIORAL PSYCHIATRY PSYCHOLOGY THERAPY WELLNESS PARTNERS PRACTICE HOSPITAL FOUNDATION COMPANY".split()
)
_DEGREES = frozenset(
    "MD DO PHD PSYD EDD LISW LSW LPCC LPC LIMFT LMFT MFT LICDC LCDC CDCA LCSW LMHC PMHNP APRN CNP CNS PA BCBA RBT MA MS MSW "
    "MED RN NP II III JR SR".split()
)
