"""Who acts: teams, posts, the situation centre, traffic and walkers, and the policies on trial."""
