"""Rules about passwords and about who may invite whom. Pure."""

from __future__ import annotations

import re

from tenants.access.roles import EVERYONE, MANAGERS, Role

PASSWORD_MIN = 15
PASSWORD_MAX = 128
_EMAIL = re.compile(r"^[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+$")
_COMMON = ("password", "qwerty", "letmein", "welcome", "onpanel", "iloveyou", "admin", "clinic")


def password_defects(password: str, *, email: str) -> list[str]:
    """What is wrong with a new password, in words; empty when nothing is.

    Source: NIST SP 800-63B-4: at least 15 characters when it is the only factor, at least 64 allowed, no composition rules,
    refuse common and personal words.
    """
    defects = []
    if len(password) < PASSWORD_MIN:
        defects.append(f"Use at least {PASSWORD_MIN} characters; a short sentence works well.")
    if len(password) > PASSWORD_MAX:
        defects.append(f"Use at most {PASSWORD_MAX} characters.")
    simple = re.sub(r"[^a-z]", "", password.lower())
    name = re.sub(r"[^a-z]", "", email.split("@")[0].lower())
    if simple in _COMMON or (simple and len(set(password.lower())) < 5) or (len(name) > 3 and simple == name):
        defects.append("That password is easy to guess.")
    return defects


def is_email(text: str) -> bool:
    """True for something that can be an e-mail address."""
    return len(text) <= 254 and bool(_EMAIL.match(text))


def invitable_roles(inviter: Role) -> frozenset[Role]:
    """Roles that a person may invite others into.

    Source: product decision: managers of the vendor staff their clinics, specialists and clinic administrators bring clinic people.
    """
    if inviter in MANAGERS:
        return EVERYONE
    if inviter in {Role.SPECIALIST, Role.CLINIC_ADMIN}:
        return frozenset({Role.CLINIC_ADMIN, Role.PROVIDER})
    return frozenset()


def may_sign_in_by_link(role: Role) -> bool:
    """Say whether a person of this role may sign in with a link from their mail instead of a password.

    Source: design.md section 6: providers and clinic staff can come by single-use magic link; vendor staff must have a second factor.
    """
    return role in {Role.PROVIDER, Role.CLINIC_ADMIN}
