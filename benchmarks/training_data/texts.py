"""Text for rendered pages, from files that every Debian machine with Python has."""

from __future__ import annotations

import gettext
import html
import random
import re
import sysconfig
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

LICENCES = Path("/usr/share/common-licenses")
CATALOGUES = Path("/usr/share/locale")  # translations of programs' messages
HEADERS = Path("/usr/include")
LANGUAGES = ("en", "de", "fr", "zh_CN", "ar", "ru", "ja")
RIGHT_TO_LEFT = frozenset({"ar"})
WITHOUT_SPACES = frozenset({"zh_CN", "ja"})
MESSAGE_LENGTH = range(24, 400)  # characters of a message that reads as a sentence
CODE_BYTES = range(4_000, 120_000)


class Texts:
    """Sentences, words and source code, the same ones for the same machine and seed.

    Args:
        rng: Chooses among what the machine has.
    """

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._sentences: dict[str, list[str]] = {}

    def sentences(self, language: str) -> list[str]:
        """Return all sentences of a language, sorted.

        Raises:
            FileNotFoundError: The machine has no text of that language.
        """
        if language not in self._sentences:
            found = sorted(set(_licence_sentences() if language == "en" else _messages(language)))
            if not found:
                raise FileNotFoundError(f"no text for {language!r} under {LICENCES} or {CATALOGUES}")
            self._sentences[language] = found
        return self._sentences[language]

    def sentence(self, language: str = "en") -> str:
        """Return one sentence, escaped for HTML."""
        return html.escape(self._rng.choice(self.sentences(language)))

    def paragraph(self, language: str = "en", sentences: int = 4) -> str:
        """Return some sentences in one string, escaped for HTML."""
        return " ".join(self.sentence(language) for _ in range(sentences))

    def phrase(self, words: int = 3, language: str = "en") -> str:
        """Return the first words of a sentence, with a capital, escaped for HTML."""
        sentence = self._rng.choice(self.sentences(language))
        if language in WITHOUT_SPACES:
            return html.escape(re.split("[,.:;!?\u3002\uff0c]", sentence)[0][: 3 * words])
        cut = " ".join(sentence.split()[:words]).strip(".,:;()'\"")
        return html.escape(cut[:1].upper() + cut[1:])

    def number(self, digits: int = 4) -> str:
        """Return a number with separators of thousands, now and then with decimals."""
        value = self._rng.randrange(10 ** (digits - 1), 10**digits)
        return f"{value:,}" if self._rng.random() < 0.6 else f"{value / 100:,.2f}"

    def code(self, lines: int) -> tuple[str, str]:
        """Return consecutive lines of source code, not escaped, and the language's name for Pygments."""
        name, files = self._rng.choice((("python", self._python_files), ("c", self._c_files)))
        text = (
            self._rng.choice(files).read_text(encoding="utf-8", errors="replace").expandtabs(4).splitlines()
        )
        first = self._rng.randrange(max(1, len(text) - lines))
        return "\n".join(text[first : first + lines]), name

    @cached_property
    def _python_files(self) -> list[Path]:
        return _files_of(Path(sysconfig.get_path("stdlib")), "*.py")

    @cached_property
    def _c_files(self) -> list[Path]:
        return _files_of(HEADERS, "*.h")


def _files_of(folder: Path, pattern: str) -> list[Path]:
    files = [file for file in folder.glob(pattern) if file.is_file() and file.stat().st_size in CODE_BYTES]
    if not files:
        raise FileNotFoundError(f"no source code {pattern} in {folder}")
    return sorted(files)


def _licence_sentences() -> Iterator[str]:
    for file in sorted(LICENCES.iterdir()):
        text = " ".join(file.read_text(encoding="utf-8", errors="replace").split())
        yield from (part for part in re.split(r"(?<=[.;])\s+", text) if len(part) in MESSAGE_LENGTH)


def _messages(language: str) -> Iterator[str]:
    for file in sorted((CATALOGUES / language / "LC_MESSAGES").glob("*.mo")):
        try:
            with file.open("rb") as stream:
                catalogue = gettext.GNUTranslations(stream)
        except (OSError, UnicodeDecodeError, ValueError):
            continue  # a catalogue in a format of its own
        # The dictionary has no public name; plural forms have tuples as keys.
        for key, message in vars(catalogue)["_catalog"].items():
            shortest = MESSAGE_LENGTH.start // (3 if language in WITHOUT_SPACES else 1)
            if not isinstance(key, str) or not shortest <= len(message) < MESSAGE_LENGTH.stop:
                continue
            if message != key and not re.search(r"[%\n\t<>{}\\_|]", message):
                yield message
