"""Files for the owner alone: what is learnt holds people's phrases, a proposal an officer's words."""

import os
from pathlib import Path


def write_privately(path: Path, content: str | bytes) -> None:
    """Raises OSError."""
    for folder in (path.parent.parent, path.parent):
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
