"""REST, sign-in, sockets: Flask blueprints. Parse, call one service, present."""
