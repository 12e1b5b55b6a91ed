"""What a cluster does with the objects that people and operators make on it, for the demo.

A Deployment gets a ReplicaSet and pods, pods a node with room and then a start; Services get
endpoints and addresses; KEDA scales, cert-manager issues. One module a controller, all on one
thread for the whole fleet (``running``), asleep until something changes. Only what is made under
their eyes is theirs: what the seed put there is a still picture, and stays as it is.
"""
