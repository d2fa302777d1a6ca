"""Events the plan has been activated for: decision, level, tasks, timeline, standing down."""
