"""The renderers: a camera, a scene and the city around it in, a labelled frame out."""
