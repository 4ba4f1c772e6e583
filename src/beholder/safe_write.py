"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
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
    check_writable(path, overwrite=overwrite)
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".beholder-{secrets.token_hex(8)}.tmp")
    try:
        _make_folder(target.parent)
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
        raise _cannot_be_written(path, error) from error


def check_writable(path: str | os.PathLike[str], *, overwrite: bool) -> None:
    """Says beforehand what would stop `write_file`, as far as it can be seen.

    Raises:
        OutputError: The path is taken, by a file that may not be overwritten or by something that is no
            file, or no file can have it.
    """
    try:
        mode = Path(path).stat().st_mode
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:  # too long, beyond a file or a closed folder; or with a NUL in it
        raise _cannot_be_written(path, error) from error
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
        raise OutputError(f"{os.fspath(path)}: is {what} and cannot be replaced; name a file")
    if not overwrite:
        raise _exists(path)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise NotADirectoryError(errno.ENOTDIR, f"{folder} is not a folder") from error


def _cannot_be_written(path: str | os.PathLike[str], error: OSError | ValueError) -> OutputError:
    reason = getattr(error, "strerror", None) or error
    return OutputError(f"{os.fspath(path)}: cannot be written ({reason})")


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
