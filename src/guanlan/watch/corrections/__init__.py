"""What a person puts right of a post that the engine had read."""
