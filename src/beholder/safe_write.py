"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from beholder.errors import OutputError


def write_file(path: str | os.PathLike[str], data: bytes, *, overwrite: bool = False) -> None:
    """Writes `data` to a temporary file beside `path` and then gives it the name.

    Whatever happens before the last step, an interrupt included, leaves `path` as it was and no other file
    behind. Folders on the way are made. A link is followed: what it points to is replaced, not the link.

    Raises:
        OutputError: The file exists and `overwrite` is false, or it cannot be written.
    """
    target = Path(os.path.realpath(path))
    check_writable(path, overwrite=overwrite)
    temporary = target.with_name(f".{target.name[:200]}.{secrets.token_hex(6)}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
        try:
            # Not by tempfile: that makes files which only their owner may read, here the umask decides.
            with temporary.open("xb") as file:
                file.write(data)
            if mode is not None:
                temporary.chmod(mode)
            _rename(temporary, target, overwrite=overwrite)
        finally:
            temporary.unlink(missing_ok=True)
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError as error:
        raise OutputError(f"{os.fspath(path)}: cannot be written ({error.strerror or error})") from error


def check_writable(path: str | os.PathLike[str], *, overwrite: bool) -> None:
    """Says beforehand what would stop `write_file`, as far as it can be seen.

    Raises:
        OutputError: The path is taken, by a file that may not be overwritten or by something that is no file.
    """
    target = Path(path)
    if not target.exists():
        return
    if not target.is_file():
        what = "a folder" if target.is_dir() else "not a regular file"
        raise OutputError(f"{os.fspath(path)}: is {what} and cannot be replaced; name a file")
    if not overwrite:
        raise _exists(path)


def _exists(path: str | os.PathLike[str]) -> OutputError:
    return OutputError(f"{os.fspath(path)}: exists already; name another file, or give --overwrite")


def _rename(temporary: Path, target: Path, *, overwrite: bool) -> None:
    """Gives the temporary file its name; without `overwrite` never over another."""
    if not overwrite:
        try:
            os.link(temporary, target)  # fails where the target exists; a rename would replace it
            return
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links: a look beforehand must do
            if target.exists():
                raise FileExistsError(str(target)) from None
    temporary.replace(target)
