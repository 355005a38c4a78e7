"""The synthetic fabric of a Tashkent district inside a real frame: streets, quarters, mahallas, people, places."""
