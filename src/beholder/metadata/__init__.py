"""What stands beside the pixels: EXIF, XMP, colour profiles, and the segments of JPEG files."""
