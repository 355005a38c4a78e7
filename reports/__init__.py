"""A recorded run turned into figures, plots, maps and one page; reads run folders only."""
