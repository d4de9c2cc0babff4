// The merge of merge_bench.py in @automerge/automerge: run from a folder where it is installed.
import * as A from "@automerge/automerge";
import { fsyncSync, openSync, readFileSync, writeSync } from "node:fs";

const work = JSON.parse(readFileSync(process.argv[2], "utf-8"));
let start = A.from({ records: work.records });
const docs = {};
for (const side of ["a", "b"]) {
  // One change call for all edits of a side: one call an edit takes minutes.
  docs[side] = A.change(A.clone(start), (doc) => {
    for (const [key, change] of work.sides[side]) {
      if (change === null) delete doc.records[key];
      else for (const [name, value] of Object.entries(change)) doc.records[key][name] = value;
    }
  });
}
const delta = A.getChanges(start, docs.b);
const before = process.memoryUsage().rss;
const began = performance.now();
const merged = A.applyChanges(docs.a, delta)[0];
const alone = performance.now() - began;
const file = openSync(process.argv[2] + ".state", "w");
writeSync(file, A.save(merged));
fsyncSync(file);
const took = performance.now() - began;
const kept = [];
let conflicts = 0;
for (const side of ["a", "b"]) {
  for (const [key, change] of work.sides[side]) {
    const record = merged.records[key];
    if (change === null || record === undefined) continue;
    for (const name of Object.keys(change)) {
      const open = A.getConflicts(record, name);
      if (side === "a" && open && Object.keys(open).length > 1) conflicts += 1;
      for (const value of open ? Object.values(open) : [record[name]]) kept.push([key, name, value]);
    }
  }
}
console.log(JSON.stringify({
  engine: "automerge " + (A.version ?? ""),
  merge: took / 1000,
  alone: alone / 1000,
  memory: (process.memoryUsage().rss - before) / 1048576,
  bytes: delta.reduce((sum, one) => sum + one.length, 0),
  conflicts,
  kept,
}));
