"""A screen's file on its way into the store: read, checked, named, signed, written."""
