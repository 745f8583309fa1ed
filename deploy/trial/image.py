"""Lays out the root file systems that containers would have.

That of the base image of the Dockerfile is made of the Debian packages that it is made of, which lie unpacked in a
folder: no shell, no package manager. That of MongoDB's image is not to be had as packages: it gets the programs of
this machine, the mongod of the tests, and mongosh from its package.
"""

import os
import shutil
import stat
from pathlib import Path

PASSWD = (
    "root:x:0:0:root:/root:/sbin/nologin\n"
    "nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\n"
    "nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n"
)
GROUP = "root:x:0:\nnobody:x:65534:\ntty:x:5:\nstaff:x:50:\nnonroot:x:65532:\n"
# The environment and the folder of a process that the base image sets.
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt",
}
HOME = "/home/nonroot"
SHELLS = {"sh", "ash", "bash", "dash", "busybox", "zsh", "ksh", "perl", "python3"}
MONGODB = 999


class Layout:
    """A root file system, and what a process in it has besides its service's settings."""

    def __init__(self, root, environment, folder, binds=()):
        self.root = root
        self.environment = environment
        self.folder = folder
        self.binds = list(binds)


def base(packages, root):
    """The base image: the unpacked packages, users, and one file with all certificates."""
    shutil.copytree(packages, root, symlinks=True)
    certificates = sorted((root / "usr/share/ca-certificates").rglob("*.crt"))
    if len(certificates) < 50:
        raise ValueError("the certificates of the package ca-certificates are missing")
    bundle = root / "etc/ssl/certs/ca-certificates.crt"
    bundle.parent.mkdir(parents=True, exist_ok=True)
    bundle.write_text("".join(path.read_text() for path in certificates))
    (root / "etc/passwd").write_text(PASSWD)
    (root / "etc/group").write_text(GROUP)
    home = root / HOME.lstrip("/")
    home.mkdir(parents=True)
    os.chown(home, 65532, 65532)
    home.chmod(0o700)
    root.chmod(0o755)


def of_dockerfile(image, base_root, programs, root):
    """The image that a stage of the Dockerfile makes: its base, and the programs that it copies."""
    # The files of the base are shared: nobody can write them.
    shutil.copytree(base_root, root, symlinks=True, copy_function=os.link)
    os.chown(root / HOME.lstrip("/"), 65532, 65532)
    for source, place in image.copied:
        place = root / place.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(programs / source, place)
        place.chmod(0o755)
    for owner, place in image.folders:
        place = root / place.lstrip("/")
        place.mkdir(parents=True)
        os.chown(place, *owner)
    return Layout(root, dict(ENVIRONMENT), HOME)


def new_volume(source, layout, place):
    """Makes a named volume unless it is there: Docker gives it the owner that the folder has in the image."""
    if source.exists():
        return
    source.mkdir(parents=True)
    folder = layout.root / place.lstrip("/")
    if folder.is_dir():
        found = folder.stat()
        os.chown(source, found.st_uid, found.st_gid)
        source.chmod(stat.S_IMODE(found.st_mode))


def without_shell(root):
    """Raises unless the libraries' loader and the copied programs are all that can be executed in `root`."""
    programs = []
    for path in root.rglob("*"):
        mode = path.lstat().st_mode
        if path.name in SHELLS and not stat.S_ISDIR(mode) and "bin" in path.parent.name:
            raise ValueError(f"the image has a shell: {path}")
        if stat.S_ISREG(mode) and mode & 0o111 and path.open("rb").read(4) == b"\x7fELF" and ".so" not in path.name:
            programs.append("/" + str(path.relative_to(root)))
        if stat.S_ISREG(mode) and mode & (stat.S_ISUID | stat.S_ISGID):
            raise ValueError(f"{path} is executed with other rights")
    return programs


def of_mongodb(root, mongod, mongosh, node):
    """What stands in for MongoDB's image: read-only, with the programs of this machine."""
    root.mkdir(parents=True)
    binds = []
    for name in ("usr", "bin", "sbin", "lib", "lib32", "lib64"):
        source = Path("/") / name
        if source.is_symlink():
            (root / name).symlink_to(os.readlink(source))
        elif source.exists():
            (root / name).mkdir()
            binds.append((source, f"/{name}"))
    for folder in ("etc", "tmp", "opt/mongosh", "data/db", "data/configdb"):
        (root / folder).mkdir(parents=True)
        if folder.startswith("data/"):
            os.chown(root / folder, MONGODB, MONGODB)
    (root / "etc/passwd").write_text(
        f"root:x:0:0::/root:/bin/bash\nmongodb:x:{MONGODB}:{MONGODB}::/data/db:/bin/bash\n"
    )
    (root / "etc/group").write_text(f"root:x:0:\nmongodb:x:{MONGODB}:\n")
    for source, place in ((mongod, "/opt/mongo/bin/mongod"), (node, "/opt/node/bin/node")):
        target = root / place.lstrip("/")
        target.parent.mkdir(parents=True)
        target.touch()
        binds.append((source, place))
    binds.append((mongosh, "/opt/mongosh"))
    path = "/opt/mongo/bin:/opt/mongosh/node_modules/.bin:/opt/node/bin:/usr/bin:/bin"
    return Layout(root, {"PATH": path}, "/", binds)
