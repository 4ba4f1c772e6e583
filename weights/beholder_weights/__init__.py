"""Weights of Beholder's learned codec: `NAME.safetensors`, read by `beholder.learned.weight_files`.

`photograph` is what encodes; `photograph-1`, the one before, decodes files that were written with it.
"""
