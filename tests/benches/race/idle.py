"""Which rows never decide anything, and which could be left out: asked of Z3, row by row.

Reads {"rows": [{"direction", "priority", "allow", "port", "first", "last", "protocol", "ports": [[first, last], ..]}]},
prints {"shadowed": [index], "redundant": [index], "cpu": seconds}.
"""

import json
import sys
import time
from z3 import And, BitVec, BitVecVal, BoolVal, If, Not, Or, Solver, ULE, unsat

port, address, protocol, target = BitVec("port", 16), BitVec("address", 32), BitVec("protocol", 8), BitVec("target", 16)


def within(field, width, first, last):
    if first == last:
        return field == BitVecVal(first, width)
    return And(ULE(BitVecVal(first, width), field), ULE(field, BitVecVal(last, width)))


def match(row):
    return And(
        port == row["port"],
        within(address, 32, row["first"], row["last"]),
        protocol == row["protocol"],
        Or([within(target, 16, first, last) for first, last in row["ports"]]),
    )


rows = json.load(open(sys.argv[1]))["rows"]
begin = time.process_time()
matches = [match(row) for row in rows]
shadowed, redundant = [], []
for at, row in enumerate(rows):
    others = [other for other in range(len(rows)) if other != at and rows[other]["direction"] == row["direction"]]
    solver = Solver()
    solver.add(matches[at])
    solver.add(*[Not(matches[other]) for other in others if rows[other]["priority"] > row["priority"]])
    if solver.check() == unsat:
        shadowed.append(at)
        continue
    # What would decide without it: the first row, or equal rows, among the others; else the default, which lets pass.
    changes = BoolVal(not row["allow"])
    later = [other for other in others if rows[other]["priority"] <= row["priority"]]
    for priority in sorted({rows[other]["priority"] for other in later}):
        level = [other for other in later if rows[other]["priority"] == priority]
        differs = Or([matches[other] for other in level if rows[other]["allow"] != row["allow"]])
        agrees = Or([matches[other] for other in level if rows[other]["allow"] == row["allow"]])
        changes = If(differs, BoolVal(True), If(agrees, BoolVal(False), changes))
    solver.add(changes)
    if solver.check() == unsat:
        redundant.append(at)
print(json.dumps({"shadowed": shadowed, "redundant": redundant, "cpu": time.process_time() - begin}))
