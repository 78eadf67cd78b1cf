"""The maintainers' files as they were at another revision of git."""

import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

FOLDERS = ("knowledge", "intents")
GIT_SECONDS = 60


class NoRevision(Exception):
    """The revision cannot be had; the message is one sentence for the maintainer."""


@dataclass(frozen=True, kw_only=True)
class Revision:
    name: str  # as it was asked for
    commit: str
    subject: str
    day: str


def find_revision(root: Path, name: str) -> Revision:
    """Raises NoRevision."""
    _git(root, "rev-parse", "--git-dir", otherwise="Here is no git repository, so there is nothing to compare with.")
    unknown = f"git knows no revision `{name}`; `git log --oneline` lists them."
    found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}", otherwise=unknown)
    commit = found.decode().strip()
    told = _git(root, "show", "--no-patch", "--format=%h%n%cs%n%s", commit, otherwise=unknown)
    short, day, subject = told.decode("utf-8", "replace").strip().split("\n")[:3]
    return Revision(name=name, commit=short, subject=subject, day=day)


def unpack(root: Path, revision: Revision, into: Path) -> None:
    """Write `knowledge/` and `intents/` of the revision, beside the `locales/` of today. Raises NoRevision, OSError."""
    otherwise = f"{revision.commit} has no knowledge/ or intents/ to compare with."
    packed = _git(root, "archive", "--format=tar", revision.commit, *FOLDERS, otherwise=otherwise)
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(into, filter="data")
    shutil.copytree(root / "locales", into / "locales")


def _git(root: Path, *arguments: str, otherwise: str) -> bytes:
    program = shutil.which("git")
    if program is None:
        raise NoRevision("git is not installed, so there is nothing to compare with.")
    try:
        done = subprocess.run(  # noqa: S603 - no shell; a revision's name cannot become an option
            [program, "-C", str(root), *arguments], capture_output=True, timeout=GIT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        raise NoRevision("git cannot be run here.") from None
    if done.returncode:
        raise NoRevision(otherwise)
    return done.stdout
