"""Which rows never decide anything, and which could be left out: asked of Z3, row by row.

Reads {"rows": [{"direction", "priority", "allow", "port", "first", "last", "protocol", "ports": [[first, last], ..]}],
"told": [index]}, prints {"shadowed": [index], "redundant": [index], "needed": [index], "wrong": [index], "cpu": seconds}.

"redundant" are those that could be left out alone. Where all that is told is left out, "needed" are those of them that could
not be any more, and "wrong" those of "told" that could not.
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


def others(at, gone):
    return [row for row in range(len(rows)) if row != at and row not in gone and rows[row]["direction"] == rows[at]["direction"]]


def decides(at, gone):
    """A solver for the packets that get to the row."""
    solver = Solver()
    solver.add(matches[at])
    solver.add(*[Not(matches[other]) for other in others(at, gone) if rows[other]["priority"] > rows[at]["priority"]])
    return solver


def is_needed(at, gone):
    """Whether what would decide without the row differs: the first row, or equal rows; else the default, which lets pass."""
    row, solver = rows[at], decides(at, gone)
    changes = BoolVal(not row["allow"])
    later = [other for other in others(at, gone) if rows[other]["priority"] <= row["priority"]]
    for priority in sorted({rows[other]["priority"] for other in later}):
        level = [other for other in later if rows[other]["priority"] == priority]
        differs = Or([matches[other] for other in level if rows[other]["allow"] != row["allow"]])
        agrees = Or([matches[other] for other in level if rows[other]["allow"] == row["allow"]])
        changes = If(differs, BoolVal(True), If(agrees, BoolVal(False), changes))
    solver.add(changes)
    return solver.check() != unsat


asked = json.load(open(sys.argv[1]))
rows, told = asked["rows"], asked["told"]
begin = time.process_time()
matches = [match(row) for row in rows]
shadowed = [at for at in range(len(rows)) if decides(at, ()).check() == unsat]
redundant = [at for at in range(len(rows)) if at not in shadowed and not is_needed(at, ())]
spent = time.process_time() - begin
gone = {*shadowed, *told}
needed = [at for at in redundant if at not in gone and is_needed(at, gone)]
wrong = [at for at in told if is_needed(at, gone)]
print(json.dumps({"shadowed": shadowed, "redundant": redundant, "needed": needed, "wrong": wrong, "cpu": spent}))
