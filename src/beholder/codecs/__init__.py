"""The codecs behind one seam: pictures to files and back, and what a file says of itself.

::

    encode(image, codec=..., options) --> read_picture --> Codec.encode --> EncodeResult
    decode(file), inspect(file)  --the codec that recognises the content--> Picture, report
"""
