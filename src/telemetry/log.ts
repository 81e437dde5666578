import { mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Logger, pino } from 'pino';

const largestLogBytes = 10 * 1024 * 1024;

/**
 * The log of a worker: one JSON object a line in a file. One that has grown large is kept once as `<file>.1` at the next
 * start, so that two of them are the most that a disk has to hold of a quiet worker.
 *
 * @param options.file absolute path; its folder is made
 */
export function openLog(options: { file: string; level: string }): Logger {
  const { file, level } = options;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > largestLogBytes) renameSync(file, `${file}.1`);
  const destination = pino.destination({ dest: file, sync: true, mode: 0o600 });
  // A full disk must not end the worker for want of a log line.
  destination.on('error', () => {});
  return pino({ level, base: { pid: process.pid } }, destination);
}
