"""Who may check providers at their sources, and who may read what came of it."""

from tenants.access.roles import EVERYONE, STAFF, permission

VERIFICATION_READ = permission("verification:read", EVERYONE)
VERIFICATION_RUN = permission("verification:run", STAFF)
