"""Scores of decoded pictures behind the protocol `Score`."""
