"""The JPEG codec: options, search for the smallest file, bitstream."""
