"""The embedded stack: everything that `make run` and `make test` need beside the product itself.

A newcomer starts at `up.py` (one command that brings the whole product up) and `stack.py` (the services alone, as the
tests use them). One module per service says how that service is made and started; `supervisor.py` keeps the processes
alive and ends them in order; `setup.py` installs packages and imports nothing but the standard library, because it
runs before anything is installed. Nothing here is used in production.
"""
