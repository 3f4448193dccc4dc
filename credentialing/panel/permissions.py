"""Who may see the panel. A provider sees their own row only: the database sees to that."""

from tenants.access.roles import EVERYONE, STAFF, permission

PANEL_READ = permission("panel:read", EVERYONE)
PANEL_GRID = permission("panel:grid", STAFF)
HOLDS_READ = permission("panel:holds", STAFF)
BILLABLE_READ = permission("panel:billable", STAFF)
