"""What fields each kind of document has, and the words that documents print beside, before or above their values."""

from __future__ import annotations

from collections.abc import Mapping

_PLAIN = ("holder_name", "issued_on", "expires_on")
FIELDS: Mapping[str, tuple[str, ...]] = {
    "state_license": ("holder_name", "number", "state", "issuer", "issued_on", "expires_on"),
    "dea": ("holder_name", "number", "state", "issued_on", "expires_on"),
    "cds": ("holder_name", "number", "state", "issuer", "issued_on", "expires_on"),
    "board_cert": ("holder_name", "number", "issuer", "issued_on", "expires_on"),
    "malpractice_face": (
        "holder_name",
        "number",
        "issuer",
        "effective_on",
        "expires_on",
        "limits_each_cents",
        "limits_total_cents",
    ),
    "w9": ("holder_name", "signed_on"),
    "irs_letter": ("holder_name", "number", "issued_on"),
    "cv": ("holder_name", "npi"),
    "diploma": ("holder_name", "issuer", "issued_on"),
    "caqh_profile": ("holder_name", "number", "npi", "attested_on", "expires_on"),
    "photo_id": ("holder_name", "state", "issued_on", "expires_on"),
    "npi1": ("holder_name", "npi", "issued_on"),
    "attestation_release": ("holder_name", "signed_on"),
    "collab_agreement": ("holder_name", "effective_on", "expires_on"),
    "supervision_agreement": ("holder_name", "effective_on", "expires_on"),
    "cpr": ("holder_name", "issuer", "number", "issued_on", "expires_on"),
    "medicare_ptan": ("holder_name", "number", "npi", "issuer", "effective_on"),
    "medicaid_id": ("holder_name", "number", "npi", "state", "effective_on"),
    "claims_history": ("holder_name", "number", "issuer", "issued_on"),
    "residency": ("holder_name", "issuer", "issued_on"),
}
"""Fields by kind, in the order in which a person checks them."""
DATES = frozenset({"issued_on", "effective_on", "expires_on", "signed_on", "attested_on"})
AMOUNTS = frozenset({"limits_each_cents", "limits_total_cents"})


def fields_of(kind: str) -> tuple[str, ...]:
    """The fields of a kind; of one without a list of its own the name and two dates."""
    return FIELDS.get(kind, _PLAIN)


Labels = tuple[tuple[str, float], ...]

_WHO = r"licensee|registrant|insured|provider|practitioner|participant|student|card ?holder|holder|certificant|clinician|candidate|individual|full|legal|applicant|enrollee|member|prescriber|nurse|aprn|supervisee|recipient"
NAMES: Labels = (
    (rf"(?:{_WHO})(?:['’]s)?(?: full| legal)? name(?: as licensed)?|name of (?:the )?(?:{_WHO})|named insured", 1.0),
    (r"certif(?:y|ies) that|be it known that|know all .{0,20}that|is hereby (?:granted|awarded|issued) to|hereby certif\w+", 0.97),
    (r"(?:awarded|presented|issued|granted|given|registered|licensed) to\b|conferred? (?:up)?on|has conferred (?:up)?on", 0.95),
    (r"^\W*(?:1[.)]? )?name\b(?: \(.{0,60}\))?", 0.93),
    (rf"^\W*(?:{_WHO})\s*[:.\-]|^\W*(?:{_WHO})\s*$|\b(?:insured|licensee|registrant|provider|practitioner)\s*:", 0.92),
    (r"\bI,|^\W*re:|\bregarding:?|on behalf of|^\W*to:?|between|by and between|print(?:ed)? name|dear (?:dr\.?|mr\.?|ms\.?|mrs\.?)?", 0.8),
    (r"\bfor:|\bname\b|signature of|\baprn\b", 0.7),
)  # fmt: skip
_EXPIRES: Labels = (
    (r"expir(?:es|ation|y|ing)(?:\s+date|\s+on|\s+dt)?|\bexp\.?(?:\s+date|\s+dt)?\b|date of expir\w+", 1.0),
    (r"valid (?:through|thru|until|to|till)|good (?:through|thru|until)|(?:current|effective|in force|in effect|active|certified) (?:through|thru|until)|not valid after", 0.97),
    (r"(?:recommended )?renew(?:al)?(?: |-)?(?:by|due|date|before|on or before)(?: date)?|must be renewed (?:by|on|before)|renewal\b", 0.9),
    (r"next (?:attestation|re-?attestation)(?: date| due)*|re-?attest(?:ation)? (?:by|due|date)(?: date)?|terminat(?:es|ion) date|(?:policy|coverage) ends?|end date|shall (?:expire|terminate|remain in effect (?:until|through))", 0.92),
    (r"\b4b\b|\bthrough\b|\buntil\b", 0.72),
)  # fmt: skip
_ISSUED: Labels = (
    (r"(?:date of issue|date issued|issue(?:d)?(?: date| on)|issuance(?: date)?|original issue(?: date)?|originally issued|iss(?:ue)? date|date of (?:this )?(?:registration|certification|completion|enumeration|notice))", 1.0),
    (r"enumeration date|course (?:completion )?date|completion date|completed on|notice date|initial (?:licens\w+|certification)(?: date)?|certified (?:since|on)|licensed since|first (?:licensed|issued)|award(?:ed)? (?:date|on)|degree (?:date|awarded|conferred)|conferr?(?:ed|al)(?: date| on)?|valuation date|valu(?:ed|ation) as of|(?:report|letter|run) date", 0.96),
    (r"\bissue(?:d)?\b|\biss\b|\b4a\b|granted(?: on)?|as of|dated?\b:?|registered on|effective(?: date)?|given (?:at|this|under)|this (?=\d)|on this|assigned on|start date|valid from", 0.8),
)  # fmt: skip
_EFFECTIVE: Labels = (
    (r"effective (?:date|from|on|as of)(?: of (?:enrollment|billing|filing|this agreement))?|(?:policy|coverage) (?:effective|inception|begins?|start)(?: date)?|inception(?: date)?|date of inception", 1.0),
    (r"(?:policy|coverage|insurance) (?:period|term|dates?)|period of (?:insurance|coverage)|effective|commenc\w+|begin(?:s|ning)?(?: on| date)?|start date|enrolled (?:on|as of)|entered into (?:as of|on|this)|made (?:as of|on|this)|in force from", 0.9),
    (r"\bfrom\b|as of|\bdated?\b|this (?=\d)|\bon\b", 0.7),
)  # fmt: skip
_SIGNED: Labels = (
    (r"date signed|signed on|signature date|date of signature|signed (?:this|and dated)|executed (?:on|this)|e-?signed(?: on| by .{0,40} on)?", 1.0),
    (r"\bdate\b|\bdated\b|\bsigned\b", 0.8),
)  # fmt: skip
_ATTESTED: Labels = (
    (r"(?:last|most recent|current) (?:re-?)?attest(?:ation|ed)(?: date| on)?|attestation (?:date|completed|submitted)(?: on)?|date of (?:last )?attestation|attested on", 1.0),
    (r"attest(?:ed|ation)", 0.8),
)  # fmt: skip
DATE_LABELS: Mapping[str, Labels] = {
    "expires_on": _EXPIRES,
    "issued_on": _ISSUED,
    "effective_on": _EFFECTIVE,
    "signed_on": _SIGNED,
    "attested_on": _ATTESTED,
}
_NO = r"(?:no\.?|number|num\.?|nbr\.?|#|[i!l1|]d|code)(?!\w)"
NUMBER_LABELS: Mapping[str, Labels] = {
    "state_license": (
        (rf"(?:licen[sc]e|credential) {_NO}|\blic\.? {_NO}|licen[sc]e\s*#", 1.0),
        (rf"(?:registration|certificate|permit|record|file) {_NO}|licen[sc]e:|^\W*{_NO}", 0.85),
    ),
    "cds": ((rf"(?:registration|licen[sc]e|permit|certificate|cds|csr|tddd|control) {_NO}", 1.0), (rf"^\W*{_NO}", 0.8)),
    "board_cert": (
        (rf"certific(?:ation|ate|ant) {_NO}|(?:rn-?bc|cert\.?|credential|diplomate|registration|bcba) {_NO}", 1.0),
        (rf"^\W*{_NO}|(?:candidate|member) {_NO}", 0.8),
    ),
    "malpractice_face": ((rf"policy {_NO}|policy:", 1.0), (rf"(?:certificate|contract) {_NO}|master policy", 0.8)),
    "claims_history": ((rf"policy {_NO}|policy:", 1.0), (rf"(?:account|certificate) {_NO}", 0.7)),
    "caqh_profile": ((rf"caqh (?:provider )?{_NO}|caqh:", 1.0), (rf"provider {_NO}", 0.8)),
    "cpr": ((rf"(?:e-?card|certificate|card|certification|credential) {_NO}", 1.0), (rf"(?:verification|student) {_NO}", 0.75)),
    "medicare_ptan": (
        (rf"provider transaction access number(?: \(ptan\))?(?: is)?|\bptan(?: {_NO})?(?: is| assigned)?|medicare (?:provider )?{_NO}", 1.0),
    ),
    "medicaid_id": (
        (rf"medicaid (?:provider )?(?:identification )?{_NO}|medicaid (?:provider )?id(?: number)?(?: is)?", 1.0),
        (rf"provider (?:identification )?{_NO}|identification {_NO}", 0.85),
    ),
    "irs_letter": ((r"employer identification number|\bein\b|identification number", 1.0),),
}  # fmt: skip
EACH_LABEL = r"(?:each|per|any one)[\s/]*(?:and every\s*)?(?:claim|incident|occurrence|medical|wrongful|event|person)[\w ]*|per loss|occurrence limit"
TOTAL_LABEL = (
    r"(?:annual |policy |general |total |term )*aggregate(?: limit)?|(?:annual|policy) (?:maximum|limit)|all claims"
)
