"""Reads the Dockerfile: what each image holds, as whom it runs, and its commands."""

import json
import re


class Image:
    """What the stages that an image is made of say together."""

    def __init__(self, stages, name):
        # Programs, and empty folders that somebody else than root owns.
        self.copied = []
        self.folders = []
        self.user = self.entrypoint = self.command = self.health = self.health_timeout = None
        self.base = name
        chain = []
        while self.base in stages:
            self.base, instructions = stages[self.base]
            chain.insert(0, instructions)
        for instruction in (instruction for instructions in chain for instruction in instructions):
            self._apply(*instruction.split(maxsplit=1))

    def _apply(self, keyword, rest):
        if keyword == "COPY":
            owner, source, place = re.fullmatch(r"--from=build (?:--chown=(\S+) )?/out/(\S+) (\S+)", rest).groups()
            if owner:
                self.folders.append((tuple(int(number) for number in owner.split(":")), place))
            else:
                self.copied.append((source, place))
        elif keyword == "USER":
            self.user = tuple(int(number) for number in rest.split(":"))
        elif keyword == "ENTRYPOINT":
            self.entrypoint = json.loads(rest)
        elif keyword == "CMD":
            self.command = json.loads(rest)
        elif keyword == "HEALTHCHECK":
            options, command = rest.split(" CMD ")
            self.health = json.loads(command)
            self.health_timeout = int(re.search(r"--timeout=(\d+)s", options)[1])
        elif keyword != "EXPOSE":
            raise ValueError(f"{keyword} is not known here")


def images(path):
    """The images that services are built from, by the names of their stages."""
    text = path.read_text().replace("\\\n", " ")
    stages = {}
    for line in map(str.strip, text.splitlines()):
        if line.startswith("FROM "):
            base, name = re.fullmatch(r"FROM (\S+) AS (\S+)", line).groups()
            instructions = []
            stages[name] = (base, instructions)
        elif line and not line.startswith("#"):
            instructions.append(line)
    built_on = {base for base, _ in stages.values()}
    return {name: Image(stages, name) for name in stages if name not in built_on and name != "build"}
