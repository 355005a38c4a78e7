"""A file that is written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from twin.errors import InputError


@contextmanager
def whole_file(path: Path, asked: str) -> Iterator[Path]:
    """Give a path beside a file to write to; what was written there takes the file's place in the end.

    A write that fails or is broken off leaves the file as it was, and nothing beside it.

    Args:
        path: the file, replaced where it exists.
        asked: what is being done, for the message.

    Raises:
        InputError: the file cannot be written.
    """
    try:
        if path.is_dir():
            raise InputError(asked, f"{path} is a folder; name a file in it")
        handle, name = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=path.suffix, dir=path.parent)
        os.close(handle)
        part = Path(name)
        try:
            yield part
            part.chmod(0o644)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as fault:
        raise InputError(asked, f"{path}: {fault.strerror or fault}; write it elsewhere") from fault
