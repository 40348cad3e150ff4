"""Tables of whatever file: opened, unpacked, decoded and cut into cells once."""
