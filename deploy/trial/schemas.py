"""Checks deploy/kubernetes and docker-compose.yml against published schemas, in which unknown fields are errors.

The resources of Kubernetes itself are checked with its own schemas, those of the oldest and of the newest version
that kubernetes-validate has. No package registry serves a strict schema of a Kustomization or of KEDA's ScaledObject:
the fields of these two are compared with lists below, and the part of the ScaledObject that Kubernetes defines is
checked as part of a HorizontalPodAutoscaler. The Compose file is checked with the schema of the Compose specification
that check-jsonschema has.
"""

import copy
import json
import sys
from importlib import resources
from pathlib import Path

import jsonschema
import kubernetes_validate
import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
KUSTOMIZATION = {"apiVersion": str, "kind": str, "namespace": str, "resources": list}
SCALED_OBJECT = {
    "scaleTargetRef": dict,
    "minReplicaCount": int,
    "maxReplicaCount": int,
    "pollingInterval": int,
    "cooldownPeriod": int,
    "idleReplicaCount": int,
    "fallback": dict,
    "advanced": dict,
    "triggers": list,
}
SCALE_TARGET = {"apiVersion": str, "kind": str, "name": str, "envSourceContainerName": str}
ADVANCED = {"restoreToOriginalReplicaCount": bool, "horizontalPodAutoscalerConfig": dict, "scalingModifiers": dict}
AUTOSCALER = {"name": str, "behavior": dict}
TRIGGER = {
    "type": str,
    "name": str,
    "metadata": dict,
    "metricType": str,
    "useCachedMetrics": bool,
    "authenticationRef": dict,
}
# What KEDA's scaler of the type prometheus reads; each value is a text.
PROMETHEUS = dict.fromkeys(
    [
        "serverAddress",
        "query",
        "queryParameters",
        "threshold",
        "activationThreshold",
        "namespace",
        "customHeaders",
        "ignoreNullValues",
        "unsafeSsl",
        "awsRegion",
        "timeout",
        "identityOwner",
    ],
    str,
)


class Invalid(Exception):
    """A file does not have the form that it has to have."""


def fields(place, value, known, required=()):
    """Raises `Invalid` unless `value` has known fields of the right type alone, and all that are required."""
    for name, content in value.items():
        if name not in known:
            raise Invalid(f"{place}: unknown field {name}")
        is_number = known[name] is int and isinstance(content, bool)
        if is_number or not isinstance(content, known[name]):
            raise Invalid(f"{place}.{name}: {content!r} is no {known[name].__name__}")
    for name in required:
        if name not in value:
            raise Invalid(f"{place}: {name} is missing")


def check_kustomization(document):
    fields("Kustomization", document, KUSTOMIZATION, ["apiVersion", "kind", "resources"])
    if document["apiVersion"] != "kustomize.config.k8s.io/v1beta1":
        raise Invalid(f"Kustomization: apiVersion {document['apiVersion']}")


def check_scaled_object(document):
    fields("ScaledObject", document, {"apiVersion": str, "kind": str, "metadata": dict, "spec": dict})
    if document["apiVersion"] != "keda.sh/v1alpha1":
        raise Invalid(f"ScaledObject: apiVersion {document['apiVersion']}")
    spec = document["spec"]
    fields("spec", spec, SCALED_OBJECT, ["scaleTargetRef", "triggers"])
    fields("spec.scaleTargetRef", spec["scaleTargetRef"], SCALE_TARGET, ["name"])
    advanced = spec.get("advanced", {})
    fields("spec.advanced", advanced, ADVANCED)
    fields("spec.advanced.horizontalPodAutoscalerConfig", advanced.get("horizontalPodAutoscalerConfig", {}), AUTOSCALER)
    for trigger in spec["triggers"]:
        fields("trigger", trigger, TRIGGER, ["type", "metadata"])
        if trigger["type"] != "prometheus":
            raise Invalid(f"trigger: the fields of the type {trigger['type']} are not known here")
        if trigger.get("metricType", "AverageValue") not in ("AverageValue", "Value"):
            raise Invalid(f"trigger: metricType {trigger['metricType']}")
        fields("trigger.metadata", trigger["metadata"], PROMETHEUS, ["serverAddress", "query", "threshold"])
        float(trigger["metadata"]["threshold"])


def autoscaler(scaled):
    """The HorizontalPodAutoscaler that KEDA makes of a ScaledObject, as far as it is taken over unchanged."""
    spec = scaled["spec"]
    configuration = spec.get("advanced", {}).get("horizontalPodAutoscalerConfig", {})
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": scaled["metadata"],
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", **spec["scaleTargetRef"]},
            "minReplicas": spec.get("minReplicaCount", 1),
            "maxReplicas": spec.get("maxReplicaCount", 100),
            "behavior": configuration.get("behavior", {}),
        },
    }


def check_resource(document, versions):
    if document["kind"] == "Kustomization":
        return check_kustomization(document)
    if document["kind"] == "ScaledObject":
        check_scaled_object(document)
        document = autoscaler(document)
    for version in versions:
        try:
            kubernetes_validate.validate(document, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            place = ".".join(str(part) for part in error.path)
            raise Invalid(f"Kubernetes {version}: {place}: {error.message}") from error
        except kubernetes_validate.SchemaNotFoundError as error:
            raise Invalid(error.message) from error


def check_compose(document):
    vendored = resources.files("check_jsonschema").joinpath("builtin_schemas/vendor/compose-spec.json")
    schema = json.loads(vendored.read_text())
    validator = jsonschema.validators.validator_for(schema)(schema)
    for error in validator.iter_errors(document):
        place = ".".join(str(part) for part in error.path)
        raise Invalid(f"{place}: {error.message}")


def must_be_refused(what, check, document, change):
    """Makes sure that a check finds a mistake: one that is made on purpose, in a copy."""
    wrong = copy.deepcopy(document)
    change(wrong)
    try:
        check(wrong)
    except Invalid:
        return
    raise Invalid(f"{what}: a mistake that was made on purpose was not found")


def check_manifests():
    versions = kubernetes_validate.utils.all_versions()
    versions = [".".join(version.split(".")[:2]) for version in (versions[0], versions[-1])]

    def check(document):
        check_resource(document, versions)

    for path in sorted((CHECKOUT / "deploy/kubernetes").glob("*.yaml")):
        documents = list(yaml.safe_load_all(path.read_text()))
        for document in documents:
            try:
                check(document)
            except Invalid as error:
                raise Invalid(f"{path.relative_to(CHECKOUT)}: {document['kind']}: {error}") from error
            must_be_refused(path.name, check, document, lambda it: it.update(unknownField=1))
        kinds = ", ".join(document["kind"] for document in documents)
        print(f"{path.relative_to(CHECKOUT)}: {kinds}")
    print(f"every resource fits Kubernetes {versions[0]} and {versions[1]}; wrong copies were refused")


def check_compose_file():
    document = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
    try:
        check_compose(document)
    except Invalid as error:
        raise Invalid(f"docker-compose.yml: {error}") from error
    must_be_refused(
        "docker-compose.yml", check_compose, document, lambda it: it["services"]["api"].update(unknown_field=1)
    )
    print(f"docker-compose.yml: {len(document['services'])} services; a wrong copy was refused")


if __name__ == "__main__":
    try:
        {"kubernetes": check_manifests, "compose": check_compose_file}[sys.argv[1]]()
    except Invalid as problem:
        sys.exit(str(problem))
