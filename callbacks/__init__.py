"""Input, one service call, components: one module per page or shared control."""
