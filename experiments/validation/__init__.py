"""The table of theory beside ours, and the model card made from the same source."""
