#!/usr/bin/env python3
"""From post to push: how long `maitred run` takes, on the embedded log and on a real Kafka.

    post_to_push.py [MAITRED] [--posts N] [--each-second N]

Posts are dropped into a folder at a steady pace; each opens a task, and the courier `console` prints
its push. Measured is what the log itself says: from the log time of the mention to the log time of
the record that its push was accepted, so the second between two looks into the folder is left out,
and the writing of that record counts.
"""
import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
CONFIG = """\
node = "bench"
state = "{home}/state"
[brand]
aliases = ["Morton's"]
zone = "America/New_York"
[log]
level = "warning"
[files]
stores = "stores.csv"
catalogue = "catalogue.csv"
[sources.feed]
network = "folder"
directory = "{home}/feed"
every = "1s"
[couriers.console]
kind = "console"
[web]
socket = "{home}/s"
listen = ""
[[playbook]]
name = "all"
when = {{ item = true }}
store = "nyc"
within = "4h"
{bus}"""
KAFKA = """\
[bus]
kind = "kafka"
[bus.kafka]
brokers = ["{brokers}"]
replication = 1
"""
FILES = {
    "stores.csv": "id,name,lat,lon,zone,hours\nnyc,New York,40.75,-73.98,America/New_York,24/7\n",
    "catalogue.csv": "id,name,aliases,price,currency,prep_minutes\nribeye,Ribeye,ribeye,54,USD,20\n",
    "staff.csv": "id,name,role,store,languages,quiet,reach\nanna,Anna,crew,nyc,en,,console\n",
}


def die_with_parent():
    import ctypes

    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class House:
    def __init__(self, maitred, home, bus):
        self.maitred, self.home = maitred, home
        os.makedirs(f"{home}/feed")
        os.makedirs(f"{home}/state")
        for name, text in FILES.items():
            with open(f"{home}/{name}", "w", encoding="utf-8") as file:
                file.write(text)
        with open(f"{home}/maitred.toml", "w", encoding="utf-8") as file:
            file.write(CONFIG.format(home=home, bus=bus))
        if bus:
            self.run("topics", "create")
        self.run("staff", "import", f"{home}/staff.csv")
        self.daemon = subprocess.Popen([maitred, "run", *self.config()], stdout=subprocess.DEVNULL,
                                       preexec_fn=die_with_parent)

    def config(self):
        return "--config", f"{self.home}/maitred.toml"

    def run(self, *words):
        done = subprocess.run([self.maitred, *words, *self.config()], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"post_to_push: maitred {' '.join(words)}: {done.stderr or done.stdout}")
        return done.stdout

    def records(self, topic):
        return [json.loads(line) for line in self.run("tail", topic, "--json").splitlines()]

    def feed(self, posts, each_second):
        begin = time.monotonic()
        for number in range(posts):
            post = {"id": f"p{number}", "author": {"id": f"guest{number}"},
                    "text": f"Morton's, could you bring a ribeye to table {number % 40} in two hours?"}
            with open(f"{self.home}/feed.part", "w", encoding="utf-8") as file:
                file.write(json.dumps(post) + "\n")
            os.rename(f"{self.home}/feed.part", f"{self.home}/feed/{number:06}.ndjson")
            time.sleep(max(0, begin + (number + 1) / each_second - time.monotonic()))

    def waits(self, posts):
        """Milliseconds from a mention to its task and to its accepted push, of every post."""
        deadline = time.monotonic() + 120
        while True:
            pushed = {}
            for record in self.records("pushes"):
                if record["value"]["state"] == "accepted":
                    pushed.setdefault(record["value"]["task"], record["time"])
            if len(pushed) >= posts:
                break
            if time.monotonic() > deadline:
                sys.exit(f"post_to_push: only {len(pushed)} of {posts} posts were pushed")
            time.sleep(1)
        opened = {r["value"]["mention"]: r for r in self.records("tasks") if r["value"]["verb"] == "opened"}
        to_task, to_push = [], []
        for mention in self.records("mentions"):
            task = opened[mention["value"]["id"]]
            to_task.append(1000 * (seconds(task["time"]) - seconds(mention["time"])))
            to_push.append(1000 * (seconds(pushed[task["value"]["task"]]) - seconds(mention["time"])))
        return sorted(to_task), sorted(to_push)

    def stop(self):
        self.daemon.terminate()
        self.daemon.wait(15)


def seconds(stamp):
    from datetime import datetime

    return datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp()


def start_broker(home):
    """A real Kafka, or None and why there is none."""
    log = open(f"{home}/broker.log", "w+", encoding="utf-8")
    broker = subprocess.Popen([f"{ROOT}/tests/servers/kafka", f"{home}/kafka", "0"], stdout=log, stderr=log,
                              preexec_fn=die_with_parent)
    while not os.path.exists(f"{home}/kafka/ready.json"):
        if broker.poll() is not None:
            log.seek(0)
            return None, log.read().strip()
        time.sleep(0.05)
    with open(f"{home}/kafka/ready.json", encoding="utf-8") as file:
        return broker, json.load(file)["brokers"]


def measure(name, house, posts, each_second):
    house.feed(posts, each_second)
    to_task, to_push = house.waits(posts)
    house.stop()
    at = lambda waits, part: waits[min(len(waits) - 1, int(len(waits) * part))]
    print(f"  {name:<9}" + "".join(f"{at(waits, part):>8.0f}" for waits in (to_task, to_push)
                                   for part in (0.5, 0.99, 1)), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("maitred", nargs="?", default=f"{ROOT}/build/release/maitred")
    parser.add_argument("--posts", type=int, default=500)
    parser.add_argument("--each-second", type=float, default=5)
    args = parser.parse_args()
    home = tempfile.mkdtemp(prefix="post-to-push-")
    broker = None
    try:
        print(f"post to push: {args.posts} posts, {args.each_second:g} a second, ms of log time\n"
              f"  {'':<9}{'task p50':>8}{'p99':>8}{'most':>8}{'push p50':>8}{'p99':>8}{'most':>8}", flush=True)
        measure("embedded", House(args.maitred, f"{home}/embedded", ""), args.posts, args.each_second)
        broker, told = start_broker(home)
        if broker is None:
            print(f"  kafka: not measured: {told}")
        else:
            house = House(args.maitred, f"{home}/on-kafka", KAFKA.format(brokers=told))
            measure("kafka", house, args.posts, args.each_second)
    finally:
        if broker:
            broker.kill()
            broker.wait()
        shutil.rmtree(home, ignore_errors=True)


main()
