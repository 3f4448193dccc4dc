"""The clinic, which is the tenant, and its rollup row: the few numbers that pages over many clinics read instead of summing."""
