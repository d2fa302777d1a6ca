"""Versions of the model: made from what people said of posts, compared, put in force, taken back."""
