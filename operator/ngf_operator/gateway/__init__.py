"""From a GatewayBundle to its children: the Gateway, and what NGF needs to run it as wanted.

``bundle`` is the entry; each section of a bundle has a module of its own. All functions are pure.
"""
