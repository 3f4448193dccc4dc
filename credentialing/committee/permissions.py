"""Who prepares and records the committee's work, and who may read it. Votes are the members'; staff write them down."""

from tenants.access.roles import STAFF, VENDOR, Role, permission

COMMITTEE_READ = permission("committee:read", STAFF)
COMMITTEE_PREPARE = permission("committee:prepare", VENDOR | {Role.CLINIC_ADMIN})
COMMITTEE_DECIDE = permission("committee:decide", VENDOR | {Role.CLINIC_ADMIN})
