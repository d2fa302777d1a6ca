"""Can everybody be reached: each channel of each person is tried, and one tap answers."""
