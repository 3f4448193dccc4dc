"""What runs inside the object store's own environment (`.venv-s3`) and not in the product's.

`launch.py` is the command that `infra.dev.swift` starts for every server of the store; it finds `cors_filter.py` beside
itself. Neither imports anything of the product.
"""
