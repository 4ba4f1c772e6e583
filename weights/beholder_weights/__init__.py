"""Weights of Beholder's learned codec: `NAME.safetensors`, read by `beholder.learned.weight_files`."""
