"""Who may do what with packets. Only the provider signs: no other role has `attestation:sign`."""

from tenants.access.roles import EVERYONE, STAFF, VENDOR, Role, permission

PACKET_READ = permission("packet:read", STAFF)
PACKET_WORK = permission("packet:work", VENDOR)
FORM_READ = permission("form:read", STAFF)
FORM_WRITE = permission("form:write", STAFF)
ATTESTATION_READ = permission("attestation:read", EVERYONE)
ATTESTATION_SIGN = permission("attestation:sign", frozenset({Role.PROVIDER}))
