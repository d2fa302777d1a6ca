"""The watcher is watched: every cause has an outcome, or somebody hears that it has none."""
