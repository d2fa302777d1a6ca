"""Where posts come from: sources, files, feeds and what a person pastes."""
