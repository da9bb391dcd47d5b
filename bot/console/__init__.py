"""The officials' pages under /console. Reads and writes through `storage`; says nothing to a worker by itself."""
