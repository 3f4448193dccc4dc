"""The providers of a clinic: their files, where each fact in them came from, and what registries say of them.

`sections/` is the file as data, section by section; `provenance.py` notes who changed which field when and from what source;
`rules/` decides on names and license types, gaps in a work history, and what a section still lacks; `services/` saves facts and
entries, compares the file with the registry and takes rosters over; `views/` and the API show one and the same file to the
clinic on a desk and to the provider on a phone.
"""
