"""Who may see possible matches, and who decides about them: the vendor's staff; the clinic sees what was found."""

from tenants.access.roles import STAFF, VENDOR, permission

SCREENING_READ = permission("screening:read", STAFF)
SCREENING_DECIDE = permission("screening:decide", VENDOR)
