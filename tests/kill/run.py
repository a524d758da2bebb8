#!/usr/bin/env python3
"""kill -9 at random moments under load, then judge.py.

    run.py MAITRED [--kills N] [--bus kafka [--broker-kills N]] [--seed S] [--without-server] [--keep]

Starts the daemon on a fresh state directory under build/, feeds it through a folder and through a
real server of the Mastodon API, lets staff claim what is open, and kills it N times. Now and then
the books are deleted while it is down. At the end it runs until everything offered has a verdict,
is stopped with SIGTERM (which must take under ten seconds), and the books are rebuilt once more.
The ledger is written by this script: the files it laid down, the posts the server took from it and,
read back in the end, the notifications that the server has of them.

On Kafka the broker is killed as well, in turn with the daemon and whatever that is doing, and the
topics are read with kcat, so that nothing the judge sees has passed through maitred.
"""
import argparse
import csv
import glob
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BOOKS = ("tasks", "customers", "staff", "pushes")
TEXTS = [
    "Hey Morton's, could you bring two porterhouses to {place} in {hours} hours?",
    "@Mortons my filet at table {hours} came cold and an hour late. Never again.",
    "Best ribeye in town, thank you Morton's!",
    "莫頓牛排館可以送一份牛排到{place}嗎？{hours}小時後",
    "Nothing to see here, just lunch number {hours}.",
    "Is Morton's open on Sunday?",
]
PLACES = ["Newark airport", "EWR", "JFK", "桃園機場", "the office"]

CONFIG = """\
node = "kill-test"
state = "{state}"
[brand]
aliases = ["Morton's", "Mortons", "莫頓", "莫頓牛排館"]
accounts = ["mastodon:brand@{host}"]
zone = "America/New_York"
[files]
stores = "stores.csv"
catalogue = "catalogue.csv"
[sources.feed]
network = "folder"
directory = "{feed}"
every = "1s"
{mastodon}
{bus}
[couriers.console]
kind = "console"
[web]
socket = "{state}/maitred.sock"
listen = "127.0.0.1:0"
[[playbook]]
name = "all"
store = "nearest capable"
desk = "guest-relations"
steps = ["do"]
within = "4h"
"""
MASTODON = """\
[sources.mentions]
network = "mastodon"
host = "{host}"
ask = "mentions"
token = "file:{token}"
every = "1s"
plain = true
"""
KAFKA = """\
[bus]
kind = "kafka"
[bus.kafka]
brokers = ["{brokers}"]
replication = 1
min_insync = 1
"""


class Broker:
    """A real Kafka on a directory and port of its own."""

    def __init__(self, home):
        self.directory, self.process = os.path.join(home, "kafka"), None
        self.ready = os.path.join(self.directory, "ready.json")
        self.log = open(os.path.join(home, "broker.log"), "a", encoding="utf-8")

    def start(self):
        # The kernel kills it with this script; a broker is too large to be left behind.
        self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", os.path.join(ROOT, "tests/servers/kafka"),
                                         self.directory, "0"], stdout=self.log, stderr=self.log)

    def serves(self):
        if self.process.poll() is not None:
            sys.exit(f"kill test: the broker ended by itself; see {self.log.name}")
        return os.path.exists(self.ready)

    def address(self):
        with open(self.ready, encoding="utf-8") as file:
            return json.load(file)["brokers"]

    def kill(self):
        self.process.kill()
        self.process.wait()
        os.remove(self.ready)

    def read(self, topic):
        """What `maitred tail --json` prints of a topic, without maitred."""
        command = ["kcat", "-b", self.address(), "-C", "-e", "-q", "-J", "-o", "beginning", "-t", f"maitred.{topic}"]
        printed = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=300).stdout
        for record in map(json.loads, printed.split(b"\n")[:-1]):
            row = {name: record[name] for name in ("partition", "offset", "key")}
            if record["payload"] is not None:
                row["value"] = json.loads(record["payload"])
            yield row


class Run:
    def __init__(self, options):
        self.options = options
        self.random = random.Random(options.seed)
        self.home = os.path.join(ROOT, "build", f"kill-{os.getpid()}")
        self.state, self.feed = os.path.join(self.home, "state"), os.path.join(self.home, "feed")
        for directory in (self.state, self.feed):
            os.makedirs(directory)
        self.ledger = open(os.path.join(self.home, "ledger.jsonl"), "w", encoding="utf-8")
        self.offered = []
        self.stop = threading.Event()
        self.daemon = self.server = self.broker = None
        self.posts = 0

    def start_broker(self):
        if self.options.bus != "kafka":
            return
        self.broker = Broker(self.home)
        self.broker.start()
        self.wait(self.broker.serves, 30, "Kafka")

    def start_server(self):
        if self.options.without_server:
            return
        directory = os.path.join(self.home, "mastodon")
        number = os.getpid()  # two kill tests at once do not meet
        address = f"127.{1 + number // 256 % 254}.{number % 256}.7"
        self.server = subprocess.Popen([os.path.join(ROOT, "tests/servers/mastodon"), directory, address],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        ready = os.path.join(directory, "ready.json")
        self.wait(lambda: os.path.exists(ready), 20, "the Mastodon server")
        with open(ready, encoding="utf-8") as file:
            self.server_facts = json.load(file)

    def write_config(self):
        for name in ("stores.csv", "catalogue.csv", "staff.csv"):
            shutil.copy(os.path.join(ROOT, "config/demo", name), self.home)
        mastodon, host = "", "social.example"
        if self.server:
            host = urllib.parse.urlparse(self.server_facts["url"]).hostname
            token = os.path.join(self.home, "token")
            with open(token, "w", encoding="utf-8") as file:
                file.write(self.server_facts["brand"])
            os.chmod(token, 0o600)
            mastodon = MASTODON.format(host=host, token=token)
        self.config = os.path.join(self.home, "maitred.toml")
        with open(self.config, "w", encoding="utf-8") as file:
            bus = KAFKA.format(brokers=self.broker.address()) if self.broker else ""
            file.write(CONFIG.format(state=self.state, feed=self.feed, host=host, mastodon=mastodon, bus=bus))

    def prepare(self, *arguments):
        done = self.maitred(*arguments)
        if done.returncode != 0:
            sys.exit(f"kill test: {' '.join(arguments[:2])} failed: {done.stderr}")

    def maitred(self, *arguments):
        return subprocess.run([self.options.maitred, *arguments, "--config", self.config],
                              capture_output=True, text=True, timeout=120, check=False)

    def begin(self, *arguments):
        return subprocess.Popen([self.options.maitred, *arguments, "--config", self.config],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start(self):
        log = open(os.path.join(self.home, "daemon.log"), "a", encoding="utf-8")
        self.log_read = log.tell()
        self.daemon = subprocess.Popen([self.options.maitred, "run", "--config", self.config], stdout=log, stderr=log)

    def let_it_work(self):
        """For a moment that may not even do to begin; every second time it first has to be well again."""
        if self.random.random() < 0.5:
            self.wait(self.phone_rang, 60, "a push after the last kill")
        time.sleep(self.random.uniform(0.05, 1.6))
        self.must_live()

    def must_live(self):
        if self.daemon.poll() is not None:
            sys.exit(f"kill test: the daemon ended by itself with {self.daemon.returncode}; see {self.home}/daemon.log")

    def phone_rang(self):
        self.must_live()
        with open(os.path.join(self.home, "daemon.log"), "rb") as file:
            file.seek(self.log_read)
            return "\n→ ".encode() in file.read()

    def kill_daemon(self):
        self.daemon.kill()
        self.daemon.wait()
        if self.random.random() < 0.1:
            self.delete_books()
        self.start()

    def kill_broker(self):
        """Back at once, but that takes seconds, in which the daemon may be killed as well."""
        self.wait(self.broker.serves, 60, "Kafka")
        self.broker.kill()
        self.log_read = os.path.getsize(os.path.join(self.home, "daemon.log"))
        self.broker.start()

    def wait(self, condition, seconds, what):
        until = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > until:
                sys.exit(f"kill test: {what} did not come in {seconds} s")
            time.sleep(0.1)

    def feed_folder(self):
        """New posts, edits of earlier ones, the same once more: a file at a time, by rename."""
        chance = random.Random(self.options.seed + 1)
        number = files = 0
        # The connector takes a folder of up to 1500 files.
        slowly = max(1, (self.options.kills + self.options.broker_kills) / 25)
        while files < 1400 and not self.stop.wait(slowly * chance.uniform(0.1, 0.3)):
            rows = []
            for _ in range(chance.randint(1, 12)):
                number += 1
                kind = chance.random()
                text = chance.choice(TEXTS).format(place=chance.choice(PLACES), hours=chance.randint(2, 5))
                if kind < 0.15 and self.offered:
                    old = chance.choice(self.offered)
                    rows.append(dict(old, revision=f"{1772700000000 + number:013d}", text=old["text"] + " please"))
                elif kind < 0.25 and self.offered:
                    rows.append(chance.choice(self.offered))
                else:
                    rows.append({"id": f"folder:p{number}", "revision": "0", "network": "folder", "text": text,
                                 "posted_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                                 "author": {"id": f"folder:a{chance.randint(1, 4000)}", "handle": "guest"}})
            name = os.path.join(self.feed, f"{number:09d}.ndjson")
            with open(name + ".tmp", "w", encoding="utf-8") as file:
                file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            os.rename(name + ".tmp", name)
            for row in rows:
                self.offered.append(row)
                self.ledger.write(json.dumps({"id": row["id"], "revision": row["revision"]}) + "\n")
            files += 1

    def post_on_server(self):
        chance = random.Random(self.options.seed + 2)
        while not self.stop.wait(chance.uniform(0.3, 1.5)):
            host = urllib.parse.urlparse(self.server_facts["url"]).hostname
            text = chance.choice(TEXTS).format(place="EWR", hours=chance.randint(2, 5))
            form = urllib.parse.urlencode({"status": f"@brand@{host} {text}"}).encode()
            request = urllib.request.Request(self.server_facts["url"] + "/api/v1/statuses", form,
                                             {"Authorization": "Bearer " + self.server_facts["alice"]})
            try:
                posted = json.loads(urllib.request.urlopen(request, timeout=10).read())
                self.ledger.write(json.dumps({"id": "mastodon:" + posted["uri"], "revision": "0"}) + "\n")
                self.posts += 1
            except (urllib.error.URLError, TimeoutError):
                pass

    def claim(self):
        """Two of the staff at once on whatever is open: the log decides."""
        while not self.stop.wait(0.5):
            listed = self.maitred("tasks", "list", "--state", "open", "--store", self.store, "--json")
            if listed.returncode != 0:
                continue
            try:
                tasks = json.loads(listed.stdout)["tasks"]
            except (ValueError, KeyError, TypeError):
                continue
            for task in tasks[:3]:
                rivals = [self.begin("tasks", "claim", task["id"], "--as", who) for who in self.staff[:2]]
                for rival in rivals:
                    rival.wait(timeout=120)

    def server_ledger(self):
        """What the server itself says it told the brand."""
        newest, ids = "", set()
        while True:
            url = self.server_facts["url"] + "/api/v1/notifications?types[]=mention&limit=40" + (
                f"&max_id={newest}" if newest else "")
            request = urllib.request.Request(url, headers={"Authorization": "Bearer " + self.server_facts["brand"]})
            page = json.loads(urllib.request.urlopen(request, timeout=10).read())
            fresh = [row for row in page if row["id"] not in ids]
            if not fresh:
                return
            for row in fresh:
                ids.add(row["id"])
                if row.get("status"):
                    self.ledger.write(json.dumps({"id": "mastodon:" + row["status"]["uri"], "revision": "0"}) + "\n")
            newest = page[-1]["id"]

    def server_told_all(self):
        request = urllib.request.Request(self.server_facts["url"] + "/api/v1/notifications?types[]=mention&limit=80",
                                         headers={"Authorization": "Bearer " + self.server_facts["brand"]})
        return len(json.loads(urllib.request.urlopen(request, timeout=10).read())) >= min(self.posts, 40)

    def dump(self, topic):
        """A topic, read to its end into the file that the judge will read."""
        rows = list(self.broker.read(topic) if self.broker else self.tail(topic))
        with open(os.path.join(self.home, f"{topic}.jsonl"), "w", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
        return rows

    def tail(self, topic):
        return map(json.loads, self.maitred("tail", topic, "--from", "start", "--json").stdout.split("\n")[:-1])

    def drained(self):
        self.must_live()
        self.ledger.flush()
        with open(self.ledger.name, encoding="utf-8") as file:
            offered = {(row["id"], row["revision"]) for row in map(json.loads, file)}
        decided = {(row["value"]["mention"], row["value"]["revision"]) for row in self.dump("verdicts")}
        return offered <= decided

    def delete_books(self):
        for book in BOOKS:
            for path in glob.glob(os.path.join(self.state, book + ".db*")):
                os.remove(path)

    def play(self):
        self.start_server()
        self.start_broker()
        self.write_config()
        if self.broker:
            self.prepare("topics", "create")
        self.prepare("staff", "import", os.path.join(self.home, "staff.csv"))
        with open(os.path.join(self.home, "staff.csv"), encoding="utf-8") as file:
            crew = [row for row in csv.DictReader(file) if row["role"] == "crew"]
        self.store = crew[0]["store"]
        self.staff = [row["id"] for row in crew if row["store"] == self.store]
        threads = [threading.Thread(target=self.feed_folder), threading.Thread(target=self.claim)]
        if self.server:
            threads.append(threading.Thread(target=self.post_on_server))
        self.start()
        for thread in threads:
            thread.start()
        victims = [self.kill_daemon] * self.options.kills + [self.kill_broker] * self.options.broker_kills
        self.random.shuffle(victims)
        for number, kill in enumerate(victims, 1):
            self.let_it_work()
            kill()
            if number % 10 == 0:
                print(f"  {number} kills, {len(self.offered)} offered by folder, {self.posts} by server", flush=True)
        self.stop.set()
        for thread in threads:
            thread.join()
        if self.broker:
            self.wait(self.broker.serves, 60, "Kafka")
        if self.server:
            self.wait(self.server_told_all, 90, "the last notification")
            self.server_ledger()
        self.wait(self.drained, 180 + 2 * len(victims), "a verdict for everything offered")
        return self.finish()

    def finish(self):
        before = time.monotonic()
        self.daemon.send_signal(signal.SIGTERM)
        self.daemon.wait(timeout=30)
        ended = time.monotonic() - before
        print(f"I14 SIGTERM ended it in {ended:.1f} s with status {self.daemon.returncode}")
        for topic in ("mentions", "tasks", "pushes"):
            self.dump(topic)
        self.verify()
        self.dump_books("before.json")
        self.delete_books()
        self.rebuild()
        self.dump_books("after.json")
        self.ledger.flush()
        crashes = self.options.kills + self.options.broker_kills
        status = subprocess.run([sys.executable, os.path.join(HERE, "judge.py"), self.home, str(crashes)], check=False).returncode
        return status or int(ended > 10)

    def verify(self):
        said = self.maitred("verify", "--json")
        if not said.stdout:
            sys.exit(f"kill test: verify found no answer: {said.stderr}")
        with open(os.path.join(self.home, "verify.json"), "w", encoding="utf-8") as file:
            file.write(said.stdout)

    def rebuild(self):
        """The books from nothing, with nobody listening, deciding or pushing meanwhile."""
        log = open(os.path.join(self.home, "daemon.log"), "a", encoding="utf-8")
        self.daemon = subprocess.Popen([self.options.maitred, "run", "--roles", "board", "--config", self.config],
                                       stdout=log, stderr=log)
        self.wait(lambda: self.maitred("status").returncode == 0, 60, "readiness after a rebuild")
        self.daemon.send_signal(signal.SIGTERM)
        self.daemon.wait(timeout=30)

    def dump_books(self, name):
        """Every row of every book but how far it has read and how many void records it met."""
        rows = []
        for book in BOOKS:
            db = sqlite3.connect(os.path.join(self.state, book + ".db"))
            tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type='table' ORDER BY name")]
            for table in tables:
                if table not in ("fold_positions", "voids"):
                    rows.append([book, table, sorted(map(list, db.execute(f"SELECT * FROM {table}")), key=str)])
            db.close()
        with open(os.path.join(self.home, name), "w", encoding="utf-8") as file:
            json.dump(rows, file, sort_keys=True)

    def close(self):
        self.stop.set()
        for process in (self.daemon, self.server, self.broker and self.broker.process):
            if process and process.poll() is None:
                process.terminate()
                try:
                    process.wait(timeout=10)
                except subprocess.TimeoutExpired:
                    process.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("maitred")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--bus", choices=("embedded", "kafka"), default="embedded")
    parser.add_argument("--broker-kills", type=int, default=0, help="of the broker, for --bus kafka")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without-server", action="store_true")
    parser.add_argument("--keep", action="store_true", help="leave the state behind")
    options = parser.parse_args()
    options.maitred = os.path.abspath(options.maitred)
    if options.broker_kills and options.bus != "kafka":
        parser.error("only Kafka has a broker to kill")
    run = Run(options)
    print(f"seed {options.seed}, {options.kills} kills of the daemon, {options.broker_kills} of the broker, state in {os.path.relpath(run.home, ROOT)}", flush=True)
    try:
        status = run.play()
    finally:
        run.close()
    if status == 0 and not options.keep:
        shutil.rmtree(run.home)
    return status


if __name__ == "__main__":
    sys.exit(main())
