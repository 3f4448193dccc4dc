"""Who may see and change webhooks: the vendor's managers, and the clinic's administrators for their own systems."""

from tenants.access.roles import MANAGERS, STAFF, Role, permission

WEBHOOK_READ = permission("webhook:read", STAFF)
WEBHOOK_MANAGE = permission("webhook:manage", MANAGERS | {Role.CLINIC_ADMIN})
