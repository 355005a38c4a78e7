"""What is known on paper, and lives of our own chain that come down to it."""
