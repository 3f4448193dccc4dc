"""How the product is run outside the embedded stack: the web server's settings, and what a container or cluster needs.

Nothing of the product imports from here.
"""
