"""Turns frontend/package-lock.json into static files; see frontend/."""

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontendHook(BuildHookInterface):  # type: ignore[type-arg]
    """Placeholder until the front end is laid; does nothing."""
