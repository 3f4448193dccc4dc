"""Files made by code for tests and benchmarks: fictional people, nothing real."""
