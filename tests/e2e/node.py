"""Programs that others wrote, run by Node with their packages as pinned in a folder of ours."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest


def installed(folder: Path, into: Path) -> Path:
    """A copy of `folder` beside the packages that it names; skips where they cannot be had."""
    missing = [program for program in ("node", "npm") if shutil.which(program) is None]
    if missing:
        pytest.skip(f"this needs {' and '.join(missing)}, which is not installed here")
    copy = into / folder.name
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("node_modules"))
    done = subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"],
        cwd=copy,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"npm cannot fetch the packages here: {done.stderr.strip()[-300:]}")
    return copy


def answered(folder: Path, program: str, given: object) -> Any:
    """What a program prints, as JSON, when it is given something as JSON."""
    done = subprocess.run(
        ["node", program],
        cwd=folder,
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
