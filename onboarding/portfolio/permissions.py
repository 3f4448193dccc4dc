"""Who starts from which page. Providers start on their own panel page."""

from tenants.access.roles import STAFF, permission

PORTFOLIO_READ = permission("portfolio:read", STAFF)
HOME_READ = permission("clinic-home:read", STAFF)
