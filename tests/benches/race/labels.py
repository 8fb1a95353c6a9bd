"""Kano's algorithm (build_matrix), written anew on bitarray: which container may talk to which, by labels alone.

Reads {"containers": [labels], "policies": [[selector, peers, direction]]} and writes the matrix, a line of 0 and 1 for
each container, into the second file. Prints the processor time of each round, without reading and writing.
"""

import json
import sys
import time
from bitarray import bitarray


def zeros(count):
    bits = bitarray(count)
    bits.setall(0)
    return bits


def ones(count):
    bits = bitarray(count)
    bits.setall(1)
    return bits


def chosen(labels, having, containers):
    """The containers that have all these labels: by the keys first, then one by one by the values."""
    found = ones(len(containers))
    for key in labels:
        found &= having.get(key, zeros(len(containers)))
    for at in range(len(containers)):
        if found[at] and any(containers[at].get(key) != value for key, value in labels.items()):
            found[at] = 0
    return found


def build_matrix(containers, policies):
    count = len(containers)
    having = {}
    for at, labels in enumerate(containers):
        for key in labels:
            having.setdefault(key, zeros(count))[at] = 1
    matrix = [zeros(count) for _ in range(count)]
    for selector, peers, direction in policies:
        inside, outside = chosen(selector, having, containers), chosen(peers, having, containers)
        source, target = (outside, inside) if direction == "ingress" else (inside, outside)
        for at in range(count):
            if source[at]:
                matrix[at] |= target
    return matrix


world = json.load(open(sys.argv[1]))
rounds = []
for _ in range(int(sys.argv[3])):
    cpu, wall = time.process_time(), time.perf_counter()
    matrix = build_matrix(world["containers"], world["policies"])
    rounds.append([time.process_time() - cpu, time.perf_counter() - wall])
with open(sys.argv[2], "w") as out:
    for row in matrix:
        out.write(row.to01() + "\n")
print(json.dumps(rounds))
