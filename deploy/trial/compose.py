"""Reads docker-compose.yml as Compose does, as far as that file needs it; what else there may be is refused."""

import re
from pathlib import Path

import yaml

VARIABLE = re.compile(r"\$(?:(\$)|\{(\w+)(?:(:?[-?])([^}]*))?\}|(\w+))")
# What container.py and stack.py use of a service, and what has no effect on a process that runs without Docker.
USED = {
    "build", "depends_on", "entrypoint", "env_file", "environment", "healthcheck", "image", "init", "mem_limit",
    "pids_limit", "profiles", "read_only", "cap_drop", "security_opt", "secrets", "stop_grace_period", "tmpfs",
    "ulimits", "user", "volumes",
}  # fmt: skip
WITHOUT_EFFECT = {"cap_add", "command", "logging", "network_mode", "networks", "ports", "restart"}


def substituted(text, variables):
    """`text` with the values of the variables that it names."""

    def value(match):
        escaped, name, operator, argument, bare = match.groups()
        if escaped:
            return "$"
        name = name or bare
        found = variables.get(name)
        if operator in (":-", ":?") and not found or operator in ("-", "?") and found is None:
            if "?" in operator:
                raise ValueError(f"required variable {name} is missing a value: {argument}")
            return argument
        return found or ""

    return VARIABLE.sub(value, text)


def environment_file(path):
    """The variables of an env file: quotes, comments and `export` as Compose has them."""
    variables = {}
    for line in path.read_text().splitlines():
        line = line.strip().removeprefix("export ").strip()
        if not line or line.startswith("#"):
            continue
        name, separator, value = line.partition("=")
        if not separator:
            raise ValueError(f"{path.name}: {line} has no value")
        value = value.strip()
        if value[:1] in ("'", '"'):
            quote = value[0]
            closing = value.find(quote, 1)
            rest = value[closing + 1 :].strip()
            if closing < 1 or "\\" in value or rest and not rest.startswith("#"):
                raise ValueError(f"{path.name}: the value of {name} is quoted in a way that is not known here")
            value = value[1:closing]
        else:
            quote = ""
            value = re.sub(r"(^|\s+)#.*", "", value)
        variables[name] = value if quote == "'" else substituted(value, variables)
    return variables


def merged(one, other):
    """What Compose makes of two files: lists of the second one are added, and its other values go before."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one | {name: merged(one.get(name), value) for name, value in other.items()}
    if isinstance(one, list) and isinstance(other, list):
        return one + other
    return other


def seconds(text):
    """The length of a duration such as 1m30s."""
    parts = re.findall(r"(\d+)(ms|h|m|s)", text)
    if "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"{text} is no duration")
    return sum(int(number) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600}[unit] for number, unit in parts)


def byte_count(text):
    """The number of bytes that a size such as 512m means."""
    number, unit = re.fullmatch(r"(\d+)([kmg]?)b?", str(text).lower()).groups()
    return int(number) * {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}[unit]


class Project:
    """The Compose project in `folder`, with the variables of one env file."""

    def __init__(self, folder, env_file):
        self.folder = Path(folder)
        path = self.folder / env_file
        self.variables = environment_file(path) if path.exists() else {}
        document = yaml.safe_load((self.folder / "docker-compose.yml").read_text())
        override = self.folder / "docker-compose.override.yml"
        if override.exists():
            document = merged(document, yaml.safe_load(override.read_text()))
        document = self._substituted(document)
        profiles = {name for name in self.variables.get("COMPOSE_PROFILES", "").split(",") if name}
        self.secrets = {name: self._path(secret["file"]) for name, secret in document["secrets"].items()}
        self.volumes = set(document["volumes"])
        services = document["services"].items()
        self.services = {
            name: Service(self, name, definition)
            for name, definition in services
            if not definition.get("profiles") or profiles.intersection(definition["profiles"])
        }

    def _substituted(self, value):
        if isinstance(value, str):
            return substituted(value, self.variables)
        if isinstance(value, list):
            return [self._substituted(item) for item in value]
        if isinstance(value, dict):
            return {name: self._substituted(item) for name, item in value.items()}
        return value

    def _path(self, path):
        return (self.folder / path).resolve()


class Service:
    """One service, with the values that Compose would hand to Docker."""

    def __init__(self, project, name, definition):
        unknown = set(definition) - USED - WITHOUT_EFFECT
        if unknown:
            raise ValueError(f"{name}: {', '.join(sorted(unknown))} is not known here")
        self.name = name
        self.image = definition.get("image")
        self.target = definition.get("build", {}).get("target")
        self.entrypoint = definition.get("entrypoint")
        self.user = definition.get("user")
        self.init = definition.get("init", False)
        self.read_only = definition.get("read_only", False)
        self.no_capabilities = definition.get("cap_drop") == ["ALL"] and "cap_add" not in definition
        self.no_new_privileges = "no-new-privileges:true" in definition.get("security_opt", [])
        self.memory = byte_count(definition["mem_limit"])
        self.processes = definition["pids_limit"]
        self.open_files = definition.get("ulimits", {}).get("nofile")
        self.stop_grace = seconds(definition.get("stop_grace_period", "10s"))
        self.health = definition.get("healthcheck")
        self.depends_on = {other: it["condition"] for other, it in definition.get("depends_on", {}).items()}
        self.environment = self._environment(project, definition)
        # Those of the named volumes are among the mounts.
        self.volumes = []
        self.mounts = self._mounts(project, definition)
        tmpfs = definition.get("tmpfs", [])
        self.tmpfs = [tmpfs] if isinstance(tmpfs, str) else tmpfs

    @staticmethod
    def _environment(project, definition):
        variables = {}
        for file in definition.get("env_file", []):
            path = project.folder / file["path"]
            if path.exists():
                variables |= environment_file(path)
            elif file.get("required", True):
                raise FileNotFoundError(path)
        own = definition.get("environment", {})
        return variables | {name: str(value) for name, value in own.items()}

    def _mounts(self, project, definition):
        """What is mounted: a source, its place, and whether it can be written."""
        mounts = []
        for volume in definition.get("volumes", []):
            source, place, *mode = volume.split(":")
            if source in project.volumes:
                source = project.folder / "volumes" / source
                self.volumes.append((source, place))
            mounts.append(((project.folder / source).resolve(), place, mode != ["ro"]))
        for secret in definition.get("secrets", []):
            mounts.append((project.secrets[secret], f"/run/secrets/{secret}", False))
        return mounts
