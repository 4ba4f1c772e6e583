"""Weights of Beholder's learned codec: `NAME.safetensors`, read by `beholder.learned.weight_files`.

`photograph` is what encodes; `photograph-1` and `photograph-2`, those before, decode files that were written
with them.
"""
