"""Who may do what with old receivables. The clinic delivers the files; the billing vendor answers for their acceptance."""

from tenants.access.roles import STAFF, VENDOR, permission

AR_READ = permission("ar:read", STAFF)
AR_IMPORT = permission("ar:import", STAFF)
AR_ACCEPT = permission("ar:accept", VENDOR)
