"""Starts the services of the Compose file in the order that it gives, each when what it waits for is there."""

import subprocess
import time

import compose
import image
from container import Container

# How long a service has to become healthy or to end, whatever the Compose file gives it.
PATIENCE = 120


def eventually(what, look, patience=30):
    """What `look` finds, asked again until it finds something."""
    deadline = time.monotonic() + patience
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {patience} s: {what}")
        time.sleep(0.1)


class Stack:
    """All services of a project but those whose images stand outside of this trial."""

    def __init__(self, engine, project, images, layouts, left_out):
        self.engine = engine
        self.project = project
        self.images = images
        self.layouts = layouts
        self.left_out = left_out
        self.containers = {}

    def container(self, name, command=None, run_as=None):
        """A container of a service; with `command`, one beside the service's own."""
        service = self.project.services[name]
        if service.target:
            made = self.images[service.target]
            own, user = made.entrypoint + made.command, made.user
        else:
            own, user = service.entrypoint, (image.MONGODB, image.MONGODB)
            if service.user != "mongodb":
                raise ValueError(f"{name}: the user {service.user} is not known here")
        layout = self.layouts[service.target or service.image.split(":")[0]]
        for source, place in service.volumes:
            image.new_volume(source, layout, place)
        return Container(self.engine, service, layout, user, command or own, run_as or name)

    def start(self):
        waiting = [name for name in self.project.services if name not in self.left_out]
        while waiting:
            ready = [name for name in waiting if not self._awaited(name) & set(waiting)]
            if not ready:
                raise ValueError(f"{', '.join(waiting)} wait for each other")
            for name in ready:
                for other, condition in self.project.services[name].depends_on.items():
                    self._wait(other, condition)
                self.containers[name] = self.container(name).start()
                waiting.remove(name)
        for name, container in self.containers.items():
            if container.service.health:
                self._wait(name, "service_healthy")

    def _awaited(self, name):
        return set(self.project.services[name].depends_on)

    def _wait(self, name, condition):
        container = self.containers[name]
        if condition == "service_completed_successfully":
            code = container.wait(PATIENCE)
            if code != 0:
                raise AssertionError(f"{name} ended with {code}:\n{container.said()[-3000:]}")
        elif condition == "service_healthy":
            eventually(f"{name} is healthy", lambda: self._healthy(container), PATIENCE)
        else:
            raise ValueError(f"{name}: the condition {condition} is not known here")

    @staticmethod
    def _healthy(container):
        if container.process.poll() is not None:
            raise AssertionError(f"{container.name} ended:\n{container.said()[-3000:]}")
        return healthy(container, container.service.health["test"][1:])

    def stop(self):
        """Stops what runs in the opposite order; each with its exit code and how long it took."""
        ended = []
        for container in reversed(self.containers.values()):
            if container.process.poll() is None:
                ended.append((container, *container.stop()))
        return ended


def healthy(container, command, environment=None):
    """Whether a health check succeeds within the time that the Compose file gives it."""
    try:
        patience = compose.seconds(container.service.health["timeout"])
        return container.execute(command, patience, environment=environment).returncode == 0
    except subprocess.TimeoutExpired:
        return False
