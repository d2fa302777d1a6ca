"""The life of a version: asked to be signed, signed or returned, in force, withdrawn."""
