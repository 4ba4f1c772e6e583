"""The grammar of names, of observers and of the codecs that `beholder evaluate` compares.

::

    WORD[:ARGUMENT][+KEY[=VALUE]]...        machine:yolox_nano+network+weight=0.7

A ``+`` within an argument or a value, such as in the name of a file, is written ``++``.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from beholder.errors import UsageError

_PLUS = "\0"  # stands for a + that separates nothing; no name of a file holds it


@dataclass(frozen=True)
class Name:
    """A name in its parts; `str` puts them together again.

    Attributes:
        word: What is named.
        argument: Text after the colon; None without one.
        options: Pairs of a key and its value, None for a key alone, in the order written.
    """

    word: str
    argument: str | None = None
    options: tuple[tuple[str, str | None], ...] = ()

    @classmethod
    def parse(cls, text: str) -> Name:
        """Return the parts of a name.

        >>> Name.parse("machine:a++b.json+network=net.pt+weight=0.7")
        Name(word='machine', argument='a+b.json', options=(('network', 'net.pt'), ('weight', '0.7')))
        """
        head, *rest = (part.replace(_PLUS, "+") for part in text.replace("++", _PLUS).split("+"))
        pairs = (part.partition("=") for part in rest)
        return cls.of_head(head, tuple((key, value if equals else None) for key, equals, value in pairs))

    @classmethod
    def of_head(cls, head: str, options: tuple[tuple[str, str | None], ...] = ()) -> Name:
        """Return the name of ``WORD[:ARGUMENT]``, in which a + is a +, with options."""
        word, colon, argument = head.partition(":")
        return cls(word, argument if colon else None, options)

    def __str__(self) -> str:
        head = self.word if self.argument is None else f"{self.word}:{self.argument}"
        options = (key if value is None else f"{key}={value}" for key, value in self.options)
        return "+".join(part.replace("+", "++") for part in (head, *options))

    def split(self, keys: Sequence[str]) -> tuple[Name, Name]:
        """Return the name with those of its options that have one of these keys, and with the others."""
        known = {bare_key(key) for key in keys}
        own = tuple(option for option in self.options if option[0] in known)
        others = tuple(option for option in self.options if option[0] not in known)
        return replace(self, options=own), replace(self, options=others)

    def check(self, keys: Sequence[str]) -> None:
        """Refuse an argument or options that are unknown, given twice, or lack or have a value.

        Args:
            keys: What is known: ``none`` without a value, ``weight=W`` with one, ``network[=MODEL]`` with or
                without; ``:PROFILE`` if the word takes an argument.

        Raises:
            UsageError: Names the option and the nearest known one.
        """
        if self.argument is not None and not any(key.startswith(":") for key in keys):
            raise UsageError(f"{self}: {self.word} takes nothing after a colon")
        if self.argument == "":
            raise UsageError(f"{self}: nothing stands after the colon; leave it out, or write what it names")
        known = {bare_key(key): key for key in keys if not key.startswith(":")}
        given = [key for key, _ in self.options]
        for key, value in self.options:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                hint = f"known are {', '.join(known.values())}" if known else f"{self.word} takes none"
                hint = f"did you mean {known[near[0]]}?" if near else hint
                raise UsageError(
                    f"{self}: unknown option {key!r}; {hint} (a + in the name of a file is written ++)"
                )
            if given.count(key) > 1:
                raise UsageError(f"{self}: {key} is given twice; give it once")
            if value is not None and "=" not in known[key]:
                raise UsageError(f"{self}: {key} takes no value")
            if value == "" or (value is None and known[key].startswith(f"{key}=")):
                raise UsageError(f"{self}: {key} needs a value, {known[key].replace('[', '').strip(']')}")


def bare_key(key: str) -> str:
    """Return the key of ``weight=W`` or ``network[=MODEL]`` alone."""
    return re.split(r"[=[]", key)[0]
