"""Reports made from data: gathered, frozen, submitted or distributed, read or not."""
