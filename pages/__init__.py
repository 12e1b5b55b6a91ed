"""One module per page: registers its path and returns its layout. No I/O, no callbacks."""
