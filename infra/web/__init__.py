"""The web glue under every page and API call: the application class with its unit of work, errors as problem details or pages,
security headers, the page frame, forms, filters and health checks. It decides nothing about clinics; `tenants.access` does that.
"""
