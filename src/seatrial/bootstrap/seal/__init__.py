"""`seatrial seal`: a command in a network of its own, in which the venues' real names lead to local venues.

`namespace` is the kernel's part, `hosts` the names, `authority` the certificates, `trust` how a command comes to
believe them, `mounts` the files it sees, `sealing` all of it around one command. Nothing outside changes:
namespaces, mounts and addresses belong to one process and are gone with it.
"""
