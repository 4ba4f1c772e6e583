"""The error tree.

::

    BeholderError
    ├── UsageError        an argument or option that cannot be used as given
    ├── InputError        a picture or file that cannot be read
    │   └── UnsupportedImageError   readable, but of a kind the codec does not take (alpha, CMYK, too large)
    ├── TargetError       a target (bpp, bytes, PSNR, SSIMULACRA2) that no setting reaches
    ├── OutputError       a result that cannot be written
    └── ProgramError      another program or library, such as a peer's encoder, that failed
"""


class BeholderError(Exception):
    """Base of every error that Beholder raises on purpose."""


class UsageError(BeholderError, ValueError):
    """An argument or option that cannot be used as given."""


class InputError(BeholderError):
    """A picture or file that cannot be read."""


class UnsupportedImageError(InputError):
    """A picture that was read but is of a kind the codec does not take."""


class TargetError(BeholderError):
    """A target that no setting of the codec reaches on this picture."""


class OutputError(BeholderError):
    """A result that cannot be written."""


class ProgramError(BeholderError):
    """Another program or library that failed."""
