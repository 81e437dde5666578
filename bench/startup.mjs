// How long a person waits: from `specloop start` to ready, and from a save to its first finding.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flags } from './support/flags.mjs';
import { median, printFigures, printTable } from './support/report.mjs';
import { temporaryProject } from './support/temporary-project.mjs';
import { startWorkerProcess, until } from './support/worker-process.mjs';

const change = 'bench-new-change';
const files = {
  'proposal.md': '# New\n\n## Why\n\nTo see how long it takes.\n\n## What Changes\n\n- TBD: everything\n',
  'tasks.md': '## 1. Do\n\n- [ ] 1.1 Do it\n',
};

const { projects, short } = flags();
const [project] = projects;
const runs = short ? 3 : 5;

// The first start may fetch Redis, and reads everything from the disk for the first time: it does not count.
await oneStart(project);
const rows = [];
for (let run = 1; run <= runs; run += 1) rows.push({ run, ...(await oneStart(project)) });

printTable(`${project}, ${runs} starts`, rows);
printFigures('startup', {
  ready_ms: median(rows.map(({ ready_ms }) => ready_ms)),
  save_to_first_finding_ms: median(rows.map(({ save_to_first_finding_ms }) => save_to_first_finding_ms)),
  all_settled_ms: median(rows.map(({ all_settled_ms }) => all_settled_ms)),
});

async function oneStart(project) {
  const copy = temporaryProject(project);
  const startedAt = performance.now();
  const worker = startWorkerProcess(copy);
  try {
    await until(() => worker.get('/readyz'), 5);
    const ready_ms = performance.now() - startedAt;
    await until(async () => {
      const { items } = await worker.get('/api/changes?limit=1000');
      return items.every(({ state }) => state === 'settled');
    }, 25);
    const all_settled_ms = performance.now() - startedAt;
    const folder = join(copy.root, 'changes', change);
    mkdirSync(folder);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const savedAt = performance.now();
    await until(async () => {
      const seen = await worker.get(`/api/changes/${change}`);
      return seen !== undefined && seen.findings_list.length > 0;
    }, 5);
    return { ready_ms, all_settled_ms, save_to_first_finding_ms: performance.now() - savedAt };
  } finally {
    await worker.stop();
    copy.remove();
  }
}
