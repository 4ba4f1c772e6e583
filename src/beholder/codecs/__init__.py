"""The codecs behind one seam: pictures to files and back, and what a file says of itself."""
