import { setTimeout as delay } from 'node:timers/promises';
import { type ExitCode, UserError } from '../errors.ts';
import { type Update, type UpdateState, updateSchema } from '../types/index.ts';
import type { WorkerClient } from './client.ts';
import type { CommandContext } from './command-context.ts';
import { plain } from './plain.ts';

const FINAL = new Set<UpdateState>(['applied', 'conflicted', 'rolledBack', 'rejected', 'failed']);
const WAIT_MS = 30_000;
const POLL_MS = 500;

/**
 * Acts on an update and waits until the outcome is final. A repository that is in the middle of a merge may keep it
 * waiting for as long as its owner likes: that is said, once.
 *
 * @returns 0 when the outcome is the wanted one, else 1
 */
export async function actOnUpdate(
  context: CommandContext,
  worker: WorkerClient,
  action: { id: string; verb: 'approve' | 'reject' | 'undo'; body: object; wanted: UpdateState },
): Promise<ExitCode> {
  const { terminal, signal } = context;
  const path = `/api/updates/${encodeURIComponent(action.id)}/${action.verb}`;
  let update = await worker.post(path, { ...action.body, wait_ms: WAIT_MS }, updateSchema);
  let told: UpdateState | undefined;
  while (!FINAL.has(update.state)) {
    if (told !== update.state)
      terminal.say(`${update.state}${update.note === undefined ? '' : `: ${plain(update.note)}`}`);
    told = update.state;
    await delay(POLL_MS, undefined, { signal });
    update = await worker.get(`/api/updates/${encodeURIComponent(update.id)}`, updateSchema);
  }
  if (context.json) terminal.printJson(update);
  else terminal.print(outcome(update));
  return update.state === action.wanted ? 0 : 1;
}

/** One line: where an update ended, its commit, and what is to be said of it. */
export function outcome(update: Update): string {
  const commit = update.commit === undefined ? '' : `  commit ${update.commit.slice(0, 10)}`;
  const note = update.note === undefined ? '' : `  (${plain(update.note)})`;
  return `${update.id}  ${update.state}  ${update.path}${commit}${note}`;
}

/** `--hunk 1 3`: numbers as `specloop show` prints them. */
export function hunkNumbers(hunks: readonly string[] | undefined): { hunks?: number[] } {
  if (hunks === undefined) return {};
  return {
    hunks: hunks.map((text) => {
      if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
      throw new UserError('a hunk is a number from 1', {
        which: `--hunk ${text}`,
        exitCode: 2,
        code: 'usage',
      });
    }),
  };
}
