"""Statements to the public: wording, approval, and where and when they were released."""
