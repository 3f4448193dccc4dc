"""Benchmarks. Each measures a thing and its reference in the same run and prints their ratio, as a JSON line too."""
