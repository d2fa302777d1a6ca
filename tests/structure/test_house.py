"""The house holds: keys point down, rows have streams, modules stay small, names stay honest."""

import ast
import re

import pytest
from django.apps import apps
from django.db import models
from source import PACKAGE, ROOT, layers, modules

OURS = [config for config in apps.get_app_configs() if config.name.startswith("guanlan.")]

# Tables that belong to the company, not to a course of events, each with its reason.
WITHOUT_STREAM = {
    "clocks.Stream": "is one",
    "clocks.OfficeHours": "the company's",
    "clocks.OwnDay": "the company's",
    "clocks.OutsideRule": "the company's",
    "audit.Entry": "keeps the stream's number without a foreign key",
    "audit.Head": "one chain for the whole installation",
    "people.Unit": "the company",
    "people.Person": "people work in every stream",
    "people.Group": "people work in every stream",
    "people.Membership": "people work in every stream",
    "people.DutyShift": "the roster of the real world; a drill reads it",
    "notify.Channel": "the company's ways out, for all that is real",
    "notify.Way": "belongs to a person",
    "reports.DailySchedule": "the company's, for every stream",
    "reports.Addressee": "the company's, for every stream",
    "subscriptions.Subscription": "the company's, for all that is real",
    "selfcheck.LastCheck": "of the worker, which works in every stream",
    "api.Token": "belongs to a person",
    "api.KeptAnswer": "belongs to a token",
    "plan.PlanVersion": "the plan is the company's; an incident pins a version",
    "plan.Circulation": "of a version of the plan",
    "plan.Signature": "of a version of the plan",
    "plan.Paper": "of a version of the plan",
    "plan.Ruling": "of a version of the plan",
    "plan.RulingReceipt": "of a version of the plan",
}

FORBIDDEN_MODULES = {"utils", "helpers", "common", "manager", "managers", "handlers", "services", "signals"}
FORBIDDEN_WORDS = {"manager", "processor", "handler", "enhanced", "advanced", "smart", "v2", "new", "info"}
# The others' own words: Django's login, the HTTP library's stream.
ALLOWED_NAMES = {"PersonManager", "new_key", "get_extra_info"}

MAX_MODULE, MAX_FUNCTION = 400, 60


def own_models() -> list[type[models.Model]]:
    return [model for config in OURS for model in config.get_models()]


def layer_of(app_label: str) -> int:
    return next(depth for depth, layer in enumerate(layers()) if app_label in layer)


def test_foreign_keys_point_down() -> None:
    upward = []
    for model in own_models():
        for field in model._meta.get_fields():
            target = (
                field.related_model
                if getattr(field, "many_to_one", False) or getattr(field, "many_to_many", False)
                else None
            )
            if target is None or field.auto_created or not target.__module__.startswith("guanlan."):
                continue
            if layer_of(target._meta.app_label) < layer_of(model._meta.app_label):
                upward.append(f"{model._meta.label}.{field.name} -> {target._meta.label}")
    assert upward == []


def test_no_generic_relations() -> None:
    generic = [
        f"{model._meta.label}.{field.name}" for model in own_models() for field in model._meta.private_fields
    ]
    assert generic == []


def test_every_table_has_a_stream() -> None:
    missing = []
    for model in own_models():
        names = {field.name: field for field in model._meta.get_fields()}
        stream = names.get("stream")
        if model._meta.label not in WITHOUT_STREAM and (stream is None or stream.null):
            missing.append(model._meta.label)
    assert missing == []


def test_the_tables_without_a_stream_exist() -> None:
    assert set(WITHOUT_STREAM) <= {model._meta.label for model in own_models()}


def test_nothing_cascades() -> None:
    cascading = [
        f"{model._meta.label}.{field.name}"
        for model in own_models()
        for field in model._meta.get_fields()
        if getattr(field, "many_to_one", False)
        and not field.auto_created
        and field.remote_field.on_delete is models.CASCADE
    ]
    assert cascading == []


def test_views_and_api_start_from_visible_to() -> None:
    """`Model.objects` in a view shows rows that `visible_to` would hide."""
    bare = [
        f"{name}:{node.lineno}"
        for name, tree in modules().items()
        if name.endswith(("views.py", "api.py")) or "/views/" in name
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager")
    ]
    assert bare == []


def test_modules_stay_small() -> None:
    long = {
        name: lines
        for name in modules()
        if (lines := len((PACKAGE / name).read_text("utf-8").splitlines())) > MAX_MODULE
    }
    assert long == {}


def test_functions_stay_small() -> None:
    long = [
        f"{name}:{node.lineno} {node.name}"
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= MAX_FUNCTION
    ]
    assert long == []


def test_modules_have_honest_names() -> None:
    vague = [name for name in modules() if FORBIDDEN_MODULES & set(re.split(r"[/.]", name))]
    assert vague == []


def test_definitions_have_honest_names() -> None:
    vague = []
    for name, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name not in ALLOWED_NAMES:
                words = set(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", node.name).lower().split("_"))
                if words & FORBIDDEN_WORDS:
                    vague.append(f"{name}:{node.lineno} {node.name}")
    assert vague == []


def test_modules_say_what_they_are() -> None:
    silent = [
        name
        for name, tree in modules().items()
        if not ast.get_docstring(tree) and tree.body and "/templatetags/__init__" not in name
    ]
    assert silent == []


def test_broad_excepts_are_counted() -> None:
    """Three outer edges may catch everything: the worker's loop, a source, a channel."""
    broad = [
        f"{name}:{node.lineno}"
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (
            node.type is None
            or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException"))
        )
    ]
    assert len(broad) <= 3, broad


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md"])
def test_documents_exist(name: str) -> None:
    assert (ROOT / name).stat().st_size > 0
