"""Roles and permissions. A capability declares its permissions on one page (`permissions.py`); this is what they are made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person is in one clinic."""

    VENDOR_ADMIN = "vendor_admin"
    ACCOUNT_MANAGER = "account_manager"
    SPECIALIST = "specialist"
    CLINIC_ADMIN = "clinic_admin"
    PROVIDER = "provider"

    @property
    def label(self) -> str:
        """The role in words."""
        return self.value.replace("_", " ").capitalize()

    @property
    def side(self) -> str:
        """Whose side of the work the role is on: `vendor` or `clinic`."""
        return "vendor" if self in VENDOR else "clinic"


MANAGERS = frozenset({Role.VENDOR_ADMIN, Role.ACCOUNT_MANAGER})
VENDOR = MANAGERS | {Role.SPECIALIST}
STAFF = VENDOR | {Role.CLINIC_ADMIN}
EVERYONE = STAFF | {Role.PROVIDER}


@dataclass(frozen=True, slots=True)
class Permission:
    """One right, `noun:verb`, and the roles that have it."""

    name: str
    roles: frozenset[Role]


_declared: dict[str, Permission] = {}


def permission(name: str, roles: frozenset[Role]) -> Permission:
    """Declare a permission. Raises `ValueError` when the name is taken."""
    if name in _declared:
        raise ValueError(f"permission {name} is declared twice")
    made = Permission(name, roles)
    _declared[name] = made
    return made


def all_permissions() -> list[Permission]:
    """Every declared permission, by name."""
    return [_declared[name] for name in sorted(_declared)]
