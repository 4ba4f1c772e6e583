"""argparse with errors that name the flag meant, and without its guesses at words behind a single dash."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn, TypeAlias

from beholder.cli.foreign_flags import command_meant, meaning_here

Commands: TypeAlias = "argparse._SubParsersAction[CommandParser]"


class CommandParser(argparse.ArgumentParser):
    """The parser of the program, or of one of its commands.

    argparse reads ``-outfile x`` as ``-o utfile x``. Here letters that follow a flag of one letter are flags
    too (``-rv``), or a number (``-q75``), or begin like a path (``-o./x``); everything else is refused.
    """

    def __init__(self, **settings: Any) -> None:
        """As argparse's, without abbreviations."""
        super().__init__(allow_abbrev=False, **settings)

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """As argparse's, with all words checked first."""
        words = sys.argv[1:] if args is None else list(args)
        if self._commands:
            self._check_command(words)
        else:
            self._check_flags(words)
        return super().parse_known_args(words, namespace)

    def error(self, message: str) -> NoReturn:
        """As argparse's, which does not say how standard input is named."""
        if message.endswith("are required: INPUT"):
            message += " (- for standard input)"
        super().error(message)

    @property
    def _commands(self) -> dict[str, argparse.ArgumentParser]:
        """The commands by name; none of a command's own parser."""
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction):
                return action.choices
        return {}

    def _check_command(self, words: list[str]) -> None:
        """Refuse a command line that does not begin with a command, and say what may be meant."""
        if not words or words[0] in self._commands or words[0] in self._option_string_actions:
            return
        word = words[0]
        if word.startswith("-"):
            if (meant := meaning_here(word, self._option_string_actions)) is not None:
                self.error(f"{word} is not a flag of {self.prog}; {meant}")
            self.error(f"{word} stands before the command; write {self.prog} encode {word} ...")
        if os.path.lexists(word):
            self.error(f"{word} is not a command; did you mean {self.prog} encode {word}?")
        if (meant := command_meant(word, self._commands)) is not None:
            self.error(f"{word} is not a command; did you mean {meant}?")
        self.error(f"{word} is not a command; there are {', '.join(self._commands)}")

    def _check_flags(self, words: list[str]) -> None:
        """Refuse words that look like flags but are not."""
        for word in words:
            if word == "--":
                return
            if not word.startswith("-") or word == "-" or " " in word or _is_number(word):
                continue
            name = word.partition("=")[0]
            if name in self._option_string_actions:
                continue
            if name.startswith("--") or not self._is_cluster(word[1:]):
                self._refuse_flag(word)

    def _is_cluster(self, letters: str) -> bool:
        """Whether all letters are flags, but for a number or a path behind the last one."""
        while letters:
            action = self._option_string_actions.get(f"-{letters[0]}")
            letters = letters[1:]
            if action is None:
                return False
            if action.nargs != 0:
                return _fits(action, letters.removeprefix("="))
        return True

    def _refuse_flag(self, word: str) -> NoReturn:
        if os.path.lexists(word):
            self.error(f"{word} is not a flag of {self.prog}; for the file of that name write ./{word}")
        meant = meaning_here(word, self._option_string_actions)
        self.error(f"{word} is not a flag of {self.prog}; {meant or f'see {self.prog} --help'}")


def _fits(action: argparse.Action, value: str) -> bool:
    """Whether what follows a flag without a space is a value rather than more of a word."""
    if not value:
        return True
    if action.type is None:
        return value.startswith((".", "/", "~", os.sep)) or value == "-"
    return value[0].isdigit() or value[0] == "."


def _is_number(word: str) -> bool:
    """Whether a word is a negative number, which is a value."""
    try:
        float(word)
    except ValueError:
        return False
    return not word[1:2].isalpha()


def add_command(
    commands: Commands, name: str, *, told: str, description: str, epilog: str | None = None
) -> CommandParser:
    """Add a command, run by the module of its name, and return its parser.

    Args:
        commands: Of the program.
        name: On the command line.
        told: In the list of all commands.
        description: Above its flags.
        epilog: Below them, as it stands.
    """
    command = commands.add_parser(
        name,
        help=told,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(command=name)
    return command
