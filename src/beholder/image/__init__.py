"""Pictures in memory and in files: the one reader, pixels, colours, formats without loss."""
