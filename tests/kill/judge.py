#!/usr/bin/env python3
"""Judges a run by the log alone, sharing no code with the program.

    judge.py DIRECTORY CRASHES

DIRECTORY holds what `maitred tail TOPIC --from start --json` printed, as mentions.jsonl,
verdicts.jsonl, tasks.jsonl and pushes.jsonl, and ledger.jsonl: what was offered, one object
{"id", "revision"} a line, written by whoever offered it, not by maitred. before.json and
after.json, where they are, are the rows of all books before and after they were deleted, and
verify.json is what `maitred verify --json` said: the two judges have to agree.
Acceptance is stated here a second time, in its own words (ARCHITECTURE.md, "Acceptance").

CRASHES is how often the daemon was killed. Prints one line an invariant and exits 1 if one is broken.
"""
import collections
import hashlib
import json
import os
import sys

LIVING = {"awaiting_approval", "open", "claimed"}
ANY = LIVING | {"done", "dropped"}
KEEPS = None
ALLOWED = {  # verb: (states it is allowed in, the state after)
    "opened": ({"new"}, "open"), "joined": ({"new"}, "elsewhere"), "withdrawn": ({"new"}, "elsewhere"),
    "heard": (ANY, KEEPS), "edited": (ANY, KEEPS), "retracted": (ANY, KEEPS),
    "identified": (LIVING, KEEPS), "asked": ({"awaiting_approval"}, KEEPS),
    "approved": ({"awaiting_approval"}, "open"), "declined": ({"awaiting_approval"}, "dropped"),
    "claimed": ({"open"}, "claimed"), "refused": ({"open"}, KEEPS),
    "passed": ({"open", "claimed"}, "open"), "given": ({"claimed"}, KEEPS),
    "released": ({"claimed"}, "open"), "progressed": ({"claimed"}, KEEPS),
    "moved": (LIVING, KEEPS), "nudged": (LIVING, KEEPS), "escalated": (LIVING, KEEPS),
    "lapsed": (LIVING, KEEPS), "noted": (ANY, KEEPS), "promised": (ANY, KEEPS), "kept": (ANY, KEEPS),
    "replied": (ANY, KEEPS), "settled": (ANY, KEEPS), "finished": ({"claimed"}, "done"),
    "dropped": (LIVING, "dropped"), "reopened": ({"done", "dropped"}, "open"),
}


def lines(directory, name):
    path = os.path.join(directory, name)
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def task_of(mention):
    number = int.from_bytes(hashlib.sha256(mention.encode()).digest()[:10], "big")
    letters = "0123456789abcdefghjkmnpqrstvwxyz"
    return "t" + "".join(letters[number >> shift & 31] for shift in range(75, -5, -5))


def apply_all(records):
    """key -> applied events, in log order, and the voids counted by reason."""
    keys = collections.defaultdict(lambda: {"rev": 0, "state": "new", "causes": {}, "events": []})
    voids = collections.Counter()
    for record in sorted(records, key=lambda r: (r["partition"], r["offset"])):
        event, key = record["value"], keys[record["key"]]
        allowed, after = ALLOWED[event["verb"]]
        if event["cause"] in key["causes"]:
            voids["cause_applied"] += 1
        elif event["rev"] != key["rev"] + 1:
            voids["wrong_rev"] += 1
        elif key["state"] not in allowed:
            voids["wrong_state"] += 1
        else:
            key["rev"] += 1
            key["causes"][event["cause"]] = event["verb"]
            if event["verb"] == "opened" and event.get("ask"):
                after = "awaiting_approval"
            key["state"] = after or key["state"]
            key["events"].append(event)
    return keys, voids


class Verdict:
    def __init__(self):
        self.broken = 0

    def say(self, name, bad, good):
        print(f"{name}: {'ok, ' + good if not bad else 'BROKEN, ' + str(len(bad)) + ' cases'}")
        for case in list(bad)[:5]:
            print(f"    {case}")
        self.broken += bool(bad)


def main(directory, crashes):
    mentions, tasks = lines(directory, "mentions.jsonl"), lines(directory, "tasks.jsonl")
    verdicts, pushes = lines(directory, "verdicts.jsonl"), lines(directory, "pushes.jsonl")
    ledger = {(row["id"], row["revision"]) for row in lines(directory, "ledger.jsonl")}
    seen = collections.defaultdict(list)
    for record in mentions:
        seen[record["value"]["id"], record["value"]["revision"]].append(record["value"])
    keys, voids = apply_all(tasks)
    result = Verdict()

    missing = [row for row in ledger if row not in seen]
    result.say("I1 what was offered is on mentions", missing, f"{len(ledger)} offered, {len(mentions)} records")

    last = {(r["value"]["mention"], r["value"]["revision"]): r["value"]
            for r in sorted(verdicts, key=lambda r: (r["partition"], r["offset"])) if "value" in r}
    no_verdict = [row for row in seen if row not in last]
    why = collections.Counter(v["why"] for v in last.values())
    result.say("every mention has a verdict", no_verdict, ", ".join(f"{n} {w}" for w, n in why.most_common()))

    bad = []
    for (mention, revision), verdict in last.items():
        own = keys.get(task_of(mention))
        if verdict["why"] in ("opened", "infeasible", "stale", "flood") and verdict.get("task"):
            if not own or not own["events"] or own["events"][0]["verb"] != "opened":
                bad.append((mention, verdict["why"], "no applied opening"))
        if verdict["why"] == "joined":
            joined = keys.get(verdict["task"])
            if not joined or f"{mention}@{revision}" not in joined["causes"]:
                bad.append((mention, "joined", "the task never heard of it"))
            if own is None or own["events"][0]["verb"] != "joined":
                bad.append((mention, "joined", "its own key says otherwise"))
        if verdict["why"] == "edited" and f"{mention}@{revision}" not in keys[verdict["task"]]["causes"]:
            bad.append((mention, "edited", "the task never heard of it"))
    opened = collections.Counter()
    for key in keys.values():
        for event in key["events"]:
            if event["verb"] == "opened":
                opened[event["mention"]] += 1
    bad += [(mention, f"opened {count} times") for mention, count in opened.items() if count > 1]
    result.say("I3 one task a mention", bad, f"{len(opened)} tasks, voids {dict(voids)}")

    bad = []
    for row, copies in seen.items():
        same = {json.dumps([c.get("author", {}).get("id"), c.get("text"), c.get("rating"), c.get("withdrawn")]) for c in copies}
        if len(same) > 1:
            bad.append(row)
    copies, partitions = collections.defaultdict(set), collections.defaultdict(set)
    for record in tasks:
        copies[record["key"], record["value"]["cause"]].add(record["value"]["verb"])
        partitions[record["key"]].add(record["partition"])
    bad += [(key, "lies in several partitions") for key, those in partitions.items() if len(those) > 1]
    bad += [(key, sorted(verbs)) for key, verbs in copies.items() if len(verbs) > 1]
    copies_met = sum(len(c) - 1 for c in seen.values())
    result.say("I4 copies agree", bad, f"{copies_met} copies of mentions")

    told = collections.Counter()
    for record in pushes:
        push = record["value"]
        if push["state"] == "accepted":
            told[push["task"], push["step"], push["person"], push["courier"]] += 1
    twice = sum(n - 1 for n in told.values())
    result.say("I7 pushes are at most one more for each crash", [f"{twice} more, {crashes} crashes"] if twice > crashes else [],
               f"{sum(told.values())} accepted, {twice} more than once, {crashes} crashes")
    verbs = collections.Counter(event["verb"] for key in keys.values() for event in key["events"])
    print("applied: " + ", ".join(f"{n} {verb}" for verb, n in verbs.most_common()))

    paths = [os.path.join(directory, name) for name in ("before.json", "after.json")]
    if all(os.path.exists(path) for path in paths):
        before, after = (open(path, encoding="utf-8").read() for path in paths)
        result.say("I11 rebuilt books equal the ones that were there", [] if before == after else ["they differ"],
                   f"{len(before)} bytes of rows")
    said = lines(directory, "verify.json")
    if said:
        ours = {"applied": sum(verbs.values()), "voids": dict(voids), "copies": copies_met, "waiting": 0,
                "records": {"mentions": len(mentions), "tasks": len(tasks), "pushes": len(pushes), "verdicts": len(verdicts)}}
        theirs = {name: said[0][name] for name in ours}
        theirs["records"] = {name: theirs["records"].get(name, 0) for name in ours["records"]}
        theirs["voids"] = {why: count for why, count in theirs["voids"].items() if count}
        bad = [f"{name}: {theirs[name]}, here {ours[name]}" for name in ours if theirs[name] != ours[name]]
        bad += [f"{check['invariant']} {check['says']}: {check['first']}" for check in said[0]["checks"] if not check["holds"]]
        result.say("verify says the same", bad, f"{len(said[0]['checks'])} checks hold")
    return 1 if result.broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
