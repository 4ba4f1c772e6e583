"""Scores of compressed pictures against their originals."""
