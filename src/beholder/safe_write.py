"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from pathlib import Path

from beholder.errors import OutputError

# Of extended attributes on Linux: what users and programs note, and access lists. The others (security,
# trusted) are the system's own and come with the new file.
_KEPT_ATTRIBUTES = ("user.", "system.posix_acl_access")


def write_file(
    path: str | os.PathLike[str],
    data: bytes,
    *,
    overwrite: bool = False,
    keep_owner: bool = False,
    times_ns: tuple[int, int] | None = None,
) -> None:
    """Write `data` to a temporary file beside `path` and then give it the name.

    Whatever happens before the last step, an interrupt included, leaves `path` as it was and no other file
    behind. Folders on the way are made. A link is followed: what it points to is replaced, not the link. What
    replaces a file has its mode and, where the system allows it, its owner, group and extended attributes
    (access lists among them).

    Args:
        path: Of the file.
        data: What it is to hold.
        overwrite: Whether to replace a file that exists.
        keep_owner: Refuses to replace a file whose owner, group or access list cannot be kept.
        times_ns: Access and modification time to give to the file, in nanoseconds; None for now.

    Raises:
        OutputError: The file exists and `overwrite` is false, it cannot be written, or its owner cannot be
            kept.
    """
    check_writable(path, overwrite=overwrite)
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".beholder-{secrets.token_hex(8)}.tmp")
    try:
        _make_folder(target.parent)
        before = target.stat() if target.exists() else None
        try:
            # Not by tempfile: that makes files which only their owner may read, here the umask decides.
            with temporary.open("xb") as file:
                file.write(data)
            if before is not None:
                _keep_attributes(target, before, temporary, path if keep_owner else None)
            if times_ns is not None:
                os.utime(temporary, ns=times_ns)
            _rename(temporary, target, overwrite=overwrite)
        finally:
            temporary.unlink(missing_ok=True)
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError as error:
        raise _cannot_be_written(path, error) from error


def _keep_attributes(
    target: Path, before: os.stat_result, temporary: Path, name: str | os.PathLike[str] | None
) -> None:
    """Give a file the owner, group, mode and extended attributes of the one that it is to replace.

    Raises:
        OutputError: One of them cannot be kept, and the file has a `name` for the message.
    """
    try:
        now = temporary.stat()
        if hasattr(os, "chown") and (now.st_uid, now.st_gid) != (before.st_uid, before.st_gid):
            os.chown(temporary, before.st_uid, before.st_gid)
        if hasattr(os, "listxattr"):
            for attribute in os.listxattr(target):
                if attribute.startswith(_KEPT_ATTRIBUTES):
                    os.setxattr(temporary, attribute, os.getxattr(target, attribute))
    except OSError as error:
        if name is not None and error.errno != errno.ENOTSUP:
            raise OutputError(
                f"{os.fspath(name)}: stays as it is, since its owner, group or access list could not be kept "
                f"({error.strerror}); run as its owner, or write to another place with -o"
            ) from error
    temporary.chmod(stat.S_IMODE(before.st_mode))  # last: a change of owner takes bits away


def check_writable(path: str | os.PathLike[str], *, overwrite: bool) -> None:
    """Refuse beforehand what would stop `write_file`, as far as it can be seen.

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
