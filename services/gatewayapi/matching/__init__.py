"""Where a request goes: the compiled matches of a gateway, and what becomes of what they match."""
