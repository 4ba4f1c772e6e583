"""Targets: what a file must not exceed, and the search for the setting of an encoder that meets it."""
