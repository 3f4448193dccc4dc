"""Connections to the clinic's electronic health record.

A FHIR R4 address is entered and tested step by step by a job: the address itself, TLS, the capability statement, a token when the
server asks for one, one read. A test in which every step succeeds is the proof that verifies the plan's task.
"""
