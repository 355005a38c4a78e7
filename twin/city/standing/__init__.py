"""What stands in a city beside its buildings: trees, lamp posts, walls, decks of bridges.

One truth for footage, for lines of sight and for where cameras can hang: a function of the city alone.
"""

from twin.city.standing.decks import Decks, decks_in
from twin.city.standing.lamps import LampPosts, lamp_posts_in
from twin.city.standing.trees import Trees, trees_in
from twin.city.standing.walls import Walls, walls_in

__all__ = ["Decks", "LampPosts", "Trees", "Walls", "decks_in", "lamp_posts_in", "trees_in", "walls_in"]
