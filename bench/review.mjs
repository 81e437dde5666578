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
const afterOneSave = [];
const afterAllSaved = [];
let changes = 0;

for (const project of projects) {
  const copy = temporaryProject(project);
  try {
    await measure(copy, rounds);
  } finally {
    copy.remove();
  }
}

const total = {
  cli: sum(theirs),
  cold: sum(ours),
  afterOneSave: sum(afterOneSave),
  afterAllSaved: sum(afterAllSaved),
};
const names = projects.map((project) => basename(project)).join(', ');
printTable(`${names}: ${changes} active changes, medians of ${rounds}`, [
  row('openspec validate --all --strict --json, a process', total.cli),
  row('specloop review --all --format json, a process', total.cold),
  row('all changes again in the worker, one was saved', total.afterOneSave),
  row('all changes again in the worker, all were saved', total.afterAllSaved),
]);
printFigures('review', {
  speed_vs_openspec_cli: total.cli / total.afterOneSave,
  speed_vs_openspec_cli_all_saved: total.cli / total.afterAllSaved,
  cold_vs_openspec_cli: total.cli / total.cold,
});

/** One project: the processes take turns, so that a busy moment of the machine meets both. */
async function measure({ project, root }, rounds) {
  const env = { ...process.env, OPENSPEC_TELEMETRY: '0', DO_NOT_TRACK: '1', NO_COLOR: '1' };
  const validate = () => timeOf([openspec, 'validate', '--all', '--strict', '--json'], { cwd: project, env });
  const review = () =>
    timeOf([specloop, 'review', '--all', '--no-model', '--format', 'json', '--root', root], {
      cwd: project,
      env,
    });
  await validate();
  await review();
  await reviewAll(root);
  const measured = { ours: [], theirs: [], afterOneSave: [], afterAllSaved: [] };
  for (let round = 1; round <= rounds; round += 1) {
    measured.theirs.push(await validate());
    measured.ours.push(await review());
    // What the worker remembers by content is of no use for what was saved since.
    save(documentsOf(root), round);
    measured.afterAllSaved.push(await reviewAll(root));
    save(documentsOf(join(root, 'changes')).slice(0, 1), round);
    measured.afterOneSave.push(await reviewAll(root));
  }
  changes += (await readRoot(root)).changes.length;
  ours.push(median(measured.ours));
  theirs.push(median(measured.theirs));
  afterOneSave.push(median(measured.afterOneSave));
  afterAllSaved.push(median(measured.afterAllSaved));
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

/** The Markdown of specs and active changes. */
function documentsOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.includes(join('changes', 'archive')))
    .sort();
}

function save(files, round) {
  for (const file of files) appendFileSync(file, `\n<!-- saved in round ${round} -->\n`);
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
  return { what, ms, 'against openspec': `${(total.cli / ms).toFixed(2)} x` };
}

function sum(values) {
  return values.reduce((a, b) => a + b, 0);
}
