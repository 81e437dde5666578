// Every bench, short, one after the other: they would disturb each other.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { printFigures } from './support/report.mjs';

const figures = {};
for (const bench of ['startup', 'review', 'runtime']) Object.assign(figures, await run(bench));
printFigures('all', figures);

/** Runs one with our own flags, shows what it prints for people, and keeps its last line. */
async function run(bench) {
  console.log(`\n== ${bench}`);
  const file = fileURLToPath(new URL(`${bench}.mjs`, import.meta.url));
  const child = spawn(process.execPath, [file, '--short', ...process.argv.slice(2)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (chunk) => {
    printed += chunk;
  });
  const [code] = await once(child, 'close');
  const lines = printed.trimEnd().split('\n');
  const last = lines.pop();
  console.log(lines.join('\n').trimEnd());
  if (code !== 0) throw new Error(`bench:${bench} ended with ${code}`);
  return JSON.parse(last).figures;
}
