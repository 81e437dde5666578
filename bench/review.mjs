// A review by rules and OpenSpec's own validation, against `openspec validate --all --strict` on the same folder.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readRoot } from '../dist/openspec/index.js';
import { reviewChange } from '../dist/review/index.js';
import { flags } from './support/flags.mjs';
import { median, printFigures, printTable } from './support/report.mjs';
import { temporaryProject } from './support/temporary-project.mjs';

const specloop = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const openspec = openspecCommand();

const { projects, short } = flags();
const rounds = short ? 3 : 5;
const ours = [];
const theirs = [];
const warm = [];
const warmUnchanged = [];
let changes = 0;

for (const project of projects) {
  const copy = temporaryProject(project);
  try {
    await measure(copy, rounds);
  } finally {
    copy.remove();
  }
}

const seconds = {
  cold: sum(ours),
  cli: sum(theirs),
  warm: sum(warm),
  unchanged: sum(warmUnchanged),
};
printTable(
  `${projects.map((project) => basename(project)).join(', ')}: ${changes} active changes, medians of ${rounds}`,
  [
    row('openspec validate --all --strict --json, a process', seconds.cli),
    row('specloop review --all --format json, a process', seconds.cold),
    row('in the worker, after every file was saved anew', seconds.warm),
    row('in the worker, nothing saved since', seconds.unchanged),
  ],
);
printFigures('review', {
  speed_vs_openspec_cli: seconds.cli / seconds.warm,
  speed_vs_openspec_cli_unchanged: seconds.cli / seconds.unchanged,
  cold_vs_openspec_cli: seconds.cli / seconds.cold,
});

/** One project: the processes take turns, so that a busy moment of the machine meets both. */
async function measure({ project, root }, rounds) {
  const env = { ...process.env, OPENSPEC_TELEMETRY: '0', DO_NOT_TRACK: '1', NO_COLOR: '1' };
  const validate = () => timeOf([openspec, 'validate', '--all', '--strict', '--json'], { cwd: project, env });
  const review = () =>
    timeOf([specloop, 'review', '--all', '--format', 'json', '--root', root], { cwd: project, env });
  await validate();
  await review();
  await reviewAll(root);
  const measured = { ours: [], theirs: [], warm: [], unchanged: [] };
  for (let round = 1; round <= rounds; round += 1) {
    measured.theirs.push(await validate());
    measured.ours.push(await review());
    // Everything is new to the worker: what it remembers by content is of no use.
    saveAnew(root, round);
    measured.warm.push(await reviewAll(root));
    measured.unchanged.push(await reviewAll(root));
  }
  changes += (await readRoot(root)).changes.length;
  ours.push(median(measured.ours));
  theirs.push(median(measured.theirs));
  warm.push(median(measured.warm));
  warmUnchanged.push(median(measured.unchanged));
}

/** What the worker does for all changes at once; in ms. */
async function reviewAll(root) {
  const startedAt = performance.now();
  const { specs, changes } = await readRoot(root);
  for (const change of changes) {
    const otherChanges = changes.filter((other) => other !== change);
    await reviewChange({ root, change, specs, otherChanges, validate: true });
  }
  return performance.now() - startedAt;
}

function saveAnew(root, round) {
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    const isDocument = entry.isFile() && entry.name.endsWith('.md');
    if (isDocument && !file.includes(join('changes', 'archive')))
      appendFileSync(file, `\n<!-- round ${round} -->\n`);
  }
}

/** How long a process takes, in ms. Findings are no failure; a crash is. */
async function timeOf(args, { cwd, env }) {
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = 0;
  child.stdout.on('data', (chunk) => {
    printed += chunk.length;
  });
  child.stderr.resume();
  const [code] = await once(child, 'close');
  if (![0, 1, 4].includes(code) || printed === 0) throw new Error(`${args.join(' ')} ended with ${code}`);
  return performance.now() - startedAt;
}

/** The command of the pinned OpenSpec. */
function openspecCommand() {
  const require = createRequire(import.meta.url);
  let folder = dirname(require.resolve('@fission-ai/openspec'));
  while (basename(folder) !== 'openspec' || basename(dirname(folder)) !== '@fission-ai')
    folder = dirname(folder);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, bin.openspec);
}

function row(what, ms) {
  return { what, ms, 'against openspec': `${(seconds.cli / ms).toFixed(2)} x` };
}

function sum(values) {
  return values.reduce((a, b) => a + b, 0);
}
