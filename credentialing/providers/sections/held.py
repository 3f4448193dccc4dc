"""Sections that are kept as credentials: what a provider holds and what runs out."""

from __future__ import annotations

from credentialing.providers.sections.fields import (
    Section,
    choice,
    day,
    dollars,
    state,
    text,
    yes_no,
)
from credentialing.requirements.catalog import load_catalog

LICENSES = Section(
    code="licenses",
    title="State licenses",
    kind="credentials",
    row_word="license",
    lead="One for each state in which clients are seen, also by video.",
    kinds=(("state_license", "State license"),),
    asked_by=("state_license",),
    at_least=1,
    fields=(
        state(needed=True),
        text("number", "License number", longest=80, needed=True),
        text("license_class", "Kind of license", longest=80, hint="As the board writes it: LISW-S, LPCC."),
        text("issuer", "Board"),
        day("issued_on", "First issued on"),
        day("expires_on", "Expires on", needed=True),
        yes_no("is_primary", "Main license", hint="Stands on lists and applications."),
        choice(
            "status",
            "Standing",
            (
                ("unverified", "Not checked yet"),
                ("active", "Active"),
                ("suspended", "Suspended"),
                ("revoked", "Revoked"),
                ("superseded", "Replaced by another"),
            ),
            for_staff=True,
        ),
    ),
)
DEA = Section(
    code="dea",
    title="DEA and state drug registration",
    kind="credentials",
    row_word="registration",
    lead="For whoever prescribes: one DEA registration for each state, and the state's own certificate where it issues one.",
    kinds=(("dea", "DEA registration"), ("cds", "State certificate (CDS)")),
    asked_by=("dea", "cds"),
    fields=(
        state(needed=True),
        text("number", "DEA number", longest=12, needed=True, is_secret=True, kinds=("dea",)),
        text("number", "Certificate number", longest=40, needed=True, kinds=("cds",)),
        text("schedules", "Schedules", longest=40, hint="2, 2N, 3, 3N, 4, 5"),
        day("issued_on", "Issued on"),
        day("expires_on", "Expires on", needed=True),
    ),
)
BOARDS = Section(
    code="boards",
    title="Board and national certificates",
    kind="credentials",
    row_word="certificate",
    lead="ABPN, ANCC, NBCC, BACB and the like.",
    kinds=(("board_cert", "Board certificate"),),
    asked_by=("board_cert",),
    fields=(
        text("issuer", "Board", needed=True),
        text("specialty", "Certificate", needed=True, hint="Psychiatry, PMHNP-BC, BCBA"),
        text("number", "Number", longest=80),
        day("issued_on", "Issued on", needed=True),
        yes_no("is_lifetime", "Never expires"),
        day("expires_on", "Expires on", needed=True, when=("is_lifetime", ("", "false"))),
    ),
)
NUMBERS = Section(
    code="numbers",
    title="CAQH, Medicare and Medicaid",
    kind="credentials",
    row_word="number",
    lead="Most plans read CAQH before they read an application; attest every 120 days (180 in Illinois).",
    kinds=(
        ("caqh_profile", "CAQH profile"),
        ("medicare_ptan", "Medicare number (PTAN)"),
        ("medicaid_id", "Medicaid ID"),
    ),
    asked_by=("caqh_profile", "medicare_ptan", "medicaid_id"),
    fields=(
        text("number", "Number", longest=40, needed=True),
        state("state", "State", kinds=("medicaid_id", "medicare_ptan"), needed=True),
        day("issued_on", "Last attested on", kinds=("caqh_profile",), needed=True),
        yes_no(
            "is_authorized", "Payers may read the CAQH profile", kinds=("caqh_profile",), hint="Authorized in ProView."
        ),
        day("issued_on", "Effective on", kinds=("medicare_ptan", "medicaid_id")),
        day("expires_on", "Revalidation due on", kinds=("medicare_ptan", "medicaid_id")),
    ),
)
MALPRACTICE = Section(
    code="malpractice",
    title="Malpractice insurance",
    kind="credentials",
    row_word="policy",
    lead="The policy now and those of the last five years. Most plans ask for $1M each claim and $3M a year.",
    kinds=(("malpractice_face", "Policy"),),
    asked_by=("malpractice_face",),
    at_least=1,
    fields=(
        text("issuer", "Carrier", needed=True),
        text("number", "Policy number", longest=80, needed=True),
        text("holder_name", "Named insured", needed=True, hint="The provider, or the group whose policy names them."),
        choice(
            "coverage",
            "Coverage",
            (("occurrence", "Occurrence"), ("claims_made", "Claims made")),
            needed=True,
        ),
        day("issued_on", "From", needed=True),
        day("expires_on", "Until", needed=True),
        dollars("limits_each_cents", "Limit for each claim", needed=True),
        dollars("limits_total_cents", "Limit for the year", needed=True),
        day("retroactive_on", "Retroactive date", when=("coverage", ("claims_made",)), needed=True),
        yes_no("has_tail", "Tail coverage", when=("coverage", ("claims_made",)), hint="For a policy that has ended."),
    ),
)
_OTHER_KINDS = (
    "supervision_agreement collab_agreement cpr background_check photo_id cultural_training moud_training ecfmg"
    " attestation_release"
).split()
OTHER = Section(
    code="other",
    title="Agreements, trainings and cards",
    kind="credentials",
    row_word="item",
    lead="What else runs out, so that we can remind people in time.",
    kinds=tuple((code, load_catalog().documents[code].label) for code in _OTHER_KINDS),
    asked_by=("supervision_agreement", "collab_agreement", "cpr", "background_check"),
    fields=(
        text("issuer", "Issued by"),
        text("number", "Number", longest=80),
        state(),
        day("issued_on", "From", needed=True),
        day("expires_on", "Until"),
    ),
)
