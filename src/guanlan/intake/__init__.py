"""Where posts come from, the batches they came in, the posts, and what was refused."""
