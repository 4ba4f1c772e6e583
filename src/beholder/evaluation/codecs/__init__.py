"""Codecs to compare, each the real library or program behind the protocol `Codec`."""
