"""People and what they are in a clinic: sign-in by password, invitation by e-mailed link, memberships, API tokens."""
