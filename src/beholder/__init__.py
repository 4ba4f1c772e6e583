"""Image compression for whoever looks at the picture."""
