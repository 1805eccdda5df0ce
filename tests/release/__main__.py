# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make the release of the commit that is checked out, and judge it; nothing is sent anywhere."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from tests.release import tarball
from tests.release.installed import Installation

REPOSITORY = Path.cwd()
DIRECTORY = Path("build/release").resolve()
# The environment that runs this is the one of tests/release/requirements.txt.
PROGRAMS = Path(sys.executable).parent
# Beside the environment of the checks: ansible.windows, without asking Galaxy.
WINDOWS = Path(sys.argv[1]).resolve() / "ansible_collections" / "ansible" / "windows"
# The newest line for this Python is what a user gets; the oldest is what every other test runs with.
ANSIBLE_CORE = "ansible-core>=2.19"
EXECUTION_ENVIRONMENT = "examples/execution_environment/execution-environment.yml"


def main() -> None:
    shutil.rmtree(DIRECTORY, ignore_errors=True)
    built = build()
    judge(built)
    installation = Installation(DIRECTORY / "installed", WINDOWS)
    step("installs into an empty environment")
    (DIRECTORY / "installed").mkdir()
    installation.install(built, ANSIBLE_CORE)
    step(f"{installation.load()} files imported, {installation.document()} plugins and roles documented")
    execution_environment(installation.place)
    tutorial(built)
    materials = bill_of_materials(built, installation)
    sums = DIRECTORY / "SHA256SUMS"
    sums.write_text("".join(f"{sha256(path)}  {path.name}\n" for path in (built, materials)))
    print(f"\n{sums.read_text()}\nin {DIRECTORY.relative_to(REPOSITORY)}; publish them together.")


def step(words: str) -> None:
    print(f"    {words}", flush=True)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def build() -> Path:
    """Built twice, in two places: one commit, one tarball."""
    step(tarball.commit(REPOSITORY))
    seconds = int(os.environ.get("SOURCE_DATE_EPOCH") or tarball.commit_time(REPOSITORY))
    first, second = (
        tarball.build(REPOSITORY, DIRECTORY / place, PROGRAMS / "ansible-galaxy", seconds)
        for place in ("first", "second")
    )
    if first.read_bytes() != second.read_bytes():
        raise SystemExit(f"{first} and {second} differ, and were built from the same commit.")
    built = first.rename(DIRECTORY / first.name)
    for place in ("first", "second"):
        shutil.rmtree(DIRECTORY / place)
    step(f"{built.name}: {built.stat().st_size // 1024} KiB, the same bytes twice")
    return built


def judge(built: Path) -> None:
    """galaxy-importer, as Galaxy runs it, but a warning counts as a fault."""
    # What it lints with looks for other collections beside its own libraries.
    [libraries] = (PROGRAMS.parent / "lib").glob("python3*/site-packages")
    (libraries / "ansible_collections" / "ansible").mkdir(parents=True, exist_ok=True)
    windows = libraries / "ansible_collections" / "ansible" / "windows"
    windows.unlink(missing_ok=True)
    windows.symlink_to(WINDOWS)
    done = subprocess.run(
        [sys.executable, "-m", "galaxy_importer.main", built],
        env=os.environ | {"PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"},
        cwd=DIRECTORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    # The last lines hold all documentation as JSON, where the word may well stand.
    faults = [line for line in done.stdout.splitlines() if re.match(r"(WARNING|ERROR|CRITICAL)\b", line)]
    if done.returncode or faults or "Importer processing completed successfully" not in done.stdout:
        raise SystemExit("galaxy-importer: " + "\n".join(faults or [done.stdout[-3000:]]))
    step("galaxy-importer: no warning")


def execution_environment(place: Path) -> None:
    """The definition that travels in the tarball, as a build context."""
    context = DIRECTORY / "execution-environment"
    subprocess.run(
        [PROGRAMS / "ansible-builder", "create", "--file", place / EXECUTION_ENVIRONMENT, "--context", context],
        stdout=subprocess.DEVNULL,
        check=True,
    )
    # Dockerfile or Containerfile, as the machine's own container engine is called
    if not [*context.glob("*file")]:
        raise SystemExit(f"ansible-builder made no build context in {context}.")
    step("ansible-builder accepts the execution environment")


def tutorial(built: Path) -> None:
    """The tutorial as a reader without the repository has it: everything that it uses is in the tarball."""
    place = DIRECTORY / "unpacked"
    with tarfile.open(built) as tar:
        tar.extractall(place, filter="data")
    environment = os.environ | {"OFFLINE_JOIN_LAB": str(DIRECTORY / "lab")}
    reader = [".venv/bin/pytest", "--quiet", "--thorough", "tests/integration/test_tutorial.py"]
    for command in (["make", "system", "venv"], reader):
        told = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        done = subprocess.run(command, cwd=place, env=environment, check=False, **told)
        if done.returncode:
            raise SystemExit(f"The tutorial from the tarball: {' '.join(command)} failed:\n{done.stdout[-5000:]}")
    step("the tutorial works, with nothing but the tarball")


def bill_of_materials(built: Path, installation: Installation) -> Path:
    """CycloneDX of what was installed and tried just now, with the tarball as its subject."""
    path = built.with_name(built.name.removesuffix(".tar.gz") + ".cdx.json")
    subprocess.run(
        [
            *(PROGRAMS / "cyclonedx-py", "environment", "--output-reproducible", "--validate"),
            *("--output-format", "JSON", "--output-file", path, installation.python),
        ],
        stderr=subprocess.DEVNULL,
        check=True,
    )
    manifest = json.loads((installation.place / "MANIFEST.json").read_text())["collection_info"]
    bill = json.loads(path.read_text())
    bill["metadata"]["component"] = {
        "type": "library",
        "bom-ref": "collection",
        "group": manifest["namespace"],
        "name": manifest["name"],
        "version": manifest["version"],
        "licenses": [{"license": {"id": manifest["license"][0]}}],
        "hashes": [{"alg": "SHA-256", "content": sha256(built)}],
    }
    path.write_text(json.dumps(bill, indent=2) + "\n")
    step(f"{path.name}: {len(bill['components'])} components")
    return path


if __name__ == "__main__":
    main()
