"""The chart says what the platform needs, nothing secret, and nothing a cluster would refuse.

Rendered by the real Helm engine for its defaults and for every file in helm/anxin/ci (a new one is
tested too).
"""

import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import helm_python as helm
import pytest
import yaml

from anxin.cli import COMMANDS
from anxin.cli.background import beat_of
from anxin.embedded.services import MALLOC
from anxin.settings import Settings

ROOT = Path(__file__).parents[2]
CHART = ROOT / "helm" / "anxin"
CASES = ["defaults", *sorted(path.stem for path in (CHART / "ci").glob("*.yaml"))]
PROCESSES = {"web", "worker", "relay", "scheduler"}
Manifest = dict[str, Any]


def test_the_image_tells_glibc_what_the_supervisor_tells_it() -> None:
    told = dict(re.findall(r"(MALLOC_\w+)=(\w+)", (ROOT / "helm" / "Dockerfile").read_text("utf-8")))
    assert told == MALLOC


def values(case: str) -> Manifest:
    return {} if case == "defaults" else yaml.safe_load((CHART / "ci" / f"{case}.yaml").read_text("utf-8"))


@cache
def rendered(case: str) -> dict[str, str]:
    with helm.Chart.load(CHART) as chart:
        return chart.render(values(case), name="demo", namespace="eap")


@cache
def manifests(case: str) -> list[Manifest]:
    texts = [text for path, text in rendered(case).items() if path.endswith(".yaml")]
    return [document for text in texts for document in yaml.safe_load_all(text) if document]


def pods(case: str) -> Iterator[tuple[Manifest, Manifest]]:
    """Every workload with the pod it makes."""
    for manifest in manifests(case):
        if manifest["kind"] in ("Deployment", "Job"):
            yield manifest, manifest["spec"]["template"]["spec"]


def containers(case: str) -> Iterator[tuple[Manifest, Manifest]]:
    for manifest, pod in pods(case):
        for container in pod["containers"] + pod.get("initContainers", []):
            yield manifest, container


def component(manifest: Manifest) -> str:
    return manifest["metadata"]["labels"]["app.kubernetes.io/component"]


def of_kind(case: str, kind: str) -> dict[str, Manifest]:
    return {m["metadata"]["name"]: m for m in manifests(case) if m["kind"] == kind}


def settings_map(case: str) -> dict[str, str]:
    (config,) = of_kind(case, "ConfigMap").values()
    return config["data"]


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> str:
    return request.param


def test_cases_exist() -> None:
    assert len(CASES) >= 3


def test_lints_strictly(case: str) -> None:
    report = helm.lint(CHART, values(case), strict=True)
    assert report["errors"] == []
    worse = [message for message in report["messages"] if message["severity"] >= 2]
    assert report["total_charts_linted"] == 1
    assert worse == []


def test_every_process_is_there_once(case: str) -> None:
    assert sorted(component(m) for m in of_kind(case, "Deployment").values()) == sorted(PROCESSES)
    assert [component(m) for m in of_kind(case, "Job").values()] == ["migrate"]
    names = [(m["kind"], m["metadata"]["name"]) for m in manifests(case)]
    assert len(names) == len(set(names))


def test_every_process_is_a_command_of_the_image(case: str) -> None:
    for _, container in containers(case):
        assert container["args"][0] in COMMANDS


def test_relay_and_scheduler_never_run_twice(case: str) -> None:
    for manifest in of_kind(case, "Deployment").values():
        if component(manifest) in ("relay", "scheduler"):
            assert manifest["spec"]["replicas"] == 1
            assert manifest["spec"]["strategy"] == {"type": "Recreate"}


def test_an_autoscaler_is_not_fought_by_a_fixed_number_of_replicas(case: str) -> None:
    scaled = {m["spec"]["scaleTargetRef"]["name"] for m in of_kind(case, "HorizontalPodAutoscaler").values()}
    for name, manifest in of_kind(case, "Deployment").items():
        assert ("replicas" in manifest["spec"]) == (name not in scaled)


def test_pods_fit_the_restricted_standard(case: str) -> None:
    """Kubernetes' "restricted" Pod Security Standard, and a root file system that cannot be written."""
    for _, pod in pods(case):
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] >= 1000
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not pod.keys() & {"hostNetwork", "hostPID", "hostIPC"}
        assert all(
            volume.keys() & {"secret", "emptyDir", "persistentVolumeClaim"} for volume in pod["volumes"]
        )
    for _, container in containers(case):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


def test_what_is_mounted_exists_and_only_scratch_is_writable(case: str) -> None:
    for _, pod in pods(case):
        kinds = {volume["name"]: volume.keys() - {"name"} for volume in pod["volumes"]}
        for container in pod["containers"]:
            mounted = {mount["name"]: mount.get("readOnly", False) for mount in container["volumeMounts"]}
            assert mounted.keys() == kinds.keys()
            assert all(mounted[name] for name, kind in kinds.items() if "secret" in kind)


def test_every_container_asks_for_what_it_needs_and_has_a_ceiling(case: str) -> None:
    for manifest, container in containers(case):
        resources = container["resources"]
        assert resources["requests"].keys() == {"cpu", "memory"}, component(manifest)
        assert "memory" in resources["limits"], component(manifest)


def test_every_container_is_probed_or_ends_by_itself(case: str) -> None:
    for manifest, container in containers(case):
        if manifest["kind"] == "Job":
            assert manifest["spec"]["activeDeadlineSeconds"] > 0
            continue
        assert container.keys() >= {"livenessProbe", "startupProbe"}, component(manifest)
        if component(manifest) == "web":
            assert container["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": "http"}
            assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "http"}


def test_a_process_without_a_port_is_probed_where_it_beats(case: str, tmp_path: Path) -> None:
    settings = Settings.load(tmp_path, {})
    for manifest, container in containers(case):
        if component(manifest) in PROCESSES - {"web"}:
            beat_of(settings, component(manifest))()
            (beat,) = (tmp_path / "run").glob(f"{component(manifest)}.beat")
            in_the_pod = settings_map(case)["ANXIN_DATA"] + "/" + beat.relative_to(tmp_path).as_posix()
            assert container["startupProbe"]["exec"]["command"] == ["test", "-e", in_the_pod]
            probe = container["livenessProbe"]["exec"]["command"][-1].replace(in_the_pod, str(beat))
            assert subprocess.run(["sh", "-c", probe], check=False).returncode == 0
            os.utime(beat, (0, 0))
            assert subprocess.run(["sh", "-c", probe], check=False).returncode != 0


def test_images_are_pinned(case: str) -> None:
    image = values(case).get("image", {})
    with helm.Chart.load(CHART) as chart:
        tag = image.get("tag") or chart.metadata["appVersion"]
    expected = f"@{image['digest']}" if image.get("digest") else f":{tag}"
    assert all(container["image"].endswith(expected) for _, container in containers(case))


def test_the_chart_and_the_distribution_have_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    with helm.Chart.load(CHART) as chart:
        assert chart.metadata["appVersion"] == project["version"]


def test_what_the_image_is_built_from_enters_the_build() -> None:
    """Dockerfile.dockerignore keeps everything out that it does not name."""
    rules = (ROOT / "helm" / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    let_in = {rule[1:] for rule in rules if rule.startswith("!")}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {path.partition("/")[0] for path in (*wheel["packages"], *wheel["force-include"])}
    needed |= {project["project"]["readme"], *project["project"]["license-files"]}
    needed |= {
        project["tool"]["hatch"]["build"]["hooks"]["custom"]["path"],
        "package.json",
        "package-lock.json",
    }
    assert "*" in rules
    assert needed | {"pyproject.toml", "requirements.lock"} <= let_in
    assert all((ROOT / name).exists() for name in let_in)


# ---- secrets ----


def secret_variables() -> set[str]:
    found = {item.metadata["variable"] for item in fields(Settings) if item.metadata.get("secret")}
    assert {"DATABASE_URL", "ANXIN_MASTER_KEY"} <= found  # else this file tests nothing
    return found


def test_secrets_are_references_never_values(case: str) -> None:
    assert of_kind(case, "Secret") == {}
    assert not secret_variables() & settings_map(case).keys()
    for _, container in containers(case):
        for variable in container["env"]:
            if variable["name"] in secret_variables():
                assert variable.keys() == {"name", "valueFrom"}
                assert variable["valueFrom"].keys() == {"secretKeyRef"}
                assert variable["valueFrom"]["secretKeyRef"].get("optional") is not True
    for text in rendered(case).values():
        assert not re.search(r"\w+://[^/\s\"]*:[^/\s\"]*@", text), "an address with a password"


def test_only_the_migration_holds_the_owners_connection(case: str) -> None:
    owner = values(case).get("database", {}).get("owner", {}).get("secret", "anxin-owner")
    holders = {component(m) for m, container in containers(case) if owner in str(container)}
    assert holders == {"migrate"}
    assert [c["name"] for _, c in containers(case) if any(v["name"] == "DATABASE_URL" for v in c["env"])] == [
        "migrate"
    ]


def test_the_migration_runs_before_anything_it_could_depend_on(case: str) -> None:
    """A pre-install hook runs before the release's ConfigMap and ServiceAccount exist."""
    (job,) = of_kind(case, "Job").values()
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    pod = job["spec"]["template"]["spec"]
    assert "serviceAccountName" not in pod
    assert "envFrom" not in pod["containers"][0]
    plain = {v["name"]: v["value"] for v in pod["containers"][0]["env"] if "value" in v}
    assert plain == settings_map(case)


def test_settings_are_ones_the_application_knows_and_accepts(case: str, tmp_path: Path) -> None:
    known = {item.metadata["variable"] for item in fields(Settings) if item.metadata.get("variable")}
    given = settings_map(case)
    assert {name.removesuffix("_FILE") for name in given} <= known
    key = tmp_path / "key"
    key.write_bytes(bytes(range(32)))
    files = {name: str(key) for name in given if name.endswith("_FILE")}
    for manifest, container in containers(case):
        held = {v["name"] for v in container["env"] if "valueFrom" in v}
        connections = {name: "postgresql://u:p@db/anxin" for name in held if "DATABASE" in name}
        env = given | files | connections | {"REDIS_URL": "redis://r:6379/0"}
        loaded = Settings.load(tmp_path / component(manifest), env)
        assert loaded.public_url == given["ANXIN_PUBLIC_URL"]
        assert loaded.secure_cookies
        assert not loaded.embedded_database, "a pod must never start a database of its own"
        assert not loaded.embedded_redis
        assert bool(loaded.database_url) == (component(manifest) == "migrate")


# ---- network ----


def test_network_is_closed_but_for_what_is_needed(case: str) -> None:
    if not values(case).get("networkPolicy", {}).get("enabled", True):
        assert of_kind(case, "NetworkPolicy") == {}
        return
    policies = {component(m): m["spec"] for m in of_kind(case, "NetworkPolicy").values()}
    assert policies.keys() == PROCESSES | {"migrate"}
    for name, spec in policies.items():
        assert spec["policyTypes"] == ["Ingress", "Egress"]
        assert bool(spec["ingress"]) == (name == "web")
        ports = {port["port"] for rule in spec["egress"] for port in rule["ports"]}
        assert (443 in ports) == (name in ("web", "worker"))
        assert (6379 in ports) == (name != "migrate")


def test_selectors_find_their_own_pods(case: str) -> None:
    """A Service, budget or policy whose selector matches nothing does nothing, silently."""
    labels = [m["spec"]["template"]["metadata"]["labels"] for m, _ in pods(case)]
    for manifest in manifests(case):
        spec = manifest.get("spec", {})
        selector = spec.get("podSelector", spec.get("selector", {}))
        wanted = selector if manifest["kind"] == "Service" else selector.get("matchLabels")
        if wanted:
            assert [wanted.items() <= found.items() for found in labels].count(True) == 1, manifest[
                "metadata"
            ]["name"]


# ---- the schema ----


@pytest.mark.parametrize(
    "wrong",
    [
        {"databse": {}},
        {"database": {"url": "postgresql://u:p@db/anxin"}},
        {"keys": {"masterKey": "00"}},
        {"settings": {"secret": "x"}},
        {"settings": {"publicUrl": "http://plain.example"}},
        {"settings": {"publicUrl": "https://user:password@eap.example"}},
        {"image": {"tag": "latest"}},
        {"image": {"digest": "sha256:short"}},
        {"podSecurity": {"user": 0}},
        {"web": {"replicas": 0}},
        {"web": {"resources": {"requests": {"cpu": "plenty"}}}},
        {"relay": {"replicas": 2}},
        {"ingress": {"enabled": True}},
        {"networkPolicy": {"database": {"port": 0, "to": []}}},
    ],
    ids=lambda wrong: str(wrong)[:60],
)
def test_the_schema_refuses(wrong: Manifest) -> None:
    with helm.Chart.load(CHART) as chart, pytest.raises(helm.HelmValuesError):
        chart.validate_schema(chart.merge_values(wrong))


def test_every_object_of_the_schema_is_closed_and_every_default_is_in_it() -> None:
    with helm.Chart.load(CHART) as chart:
        schema, defaults = chart.schema, chart.values
    assert schema is not None
    assert schema["properties"].keys() == defaults.keys()
    for path, part in objects(schema):
        assert part.get("additionalProperties") is False or path.endswith(FREE), path


# Label maps and annotations are free by nature; their values still have a type.
FREE = ("/podSelector", "/namespaceSelector", "/nodeSelector", "/annotations")


def objects(part: Any, path: str = "") -> Iterator[tuple[str, Manifest]]:
    """Every part of the schema that describes an object, with where it lies."""
    if isinstance(part, dict):
        if part.get("type") == "object":
            yield path, part
        for name, below in part.items():
            yield from objects(below, f"{path}/{name}")
