import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findRoot, resolveRoot } from '../../config/index.ts';
import { type ExitCode, toError, UserError } from '../../errors.ts';
import type { CommandContext } from '../command-context.ts';
import { COMMENTED_SETTINGS } from '../commented-settings.ts';

/** `specloop init`: a `specloop.yaml` beside the root, every key commented out with its default. */
export async function run(context: CommandContext): Promise<ExitCode> {
  const root = context.root === undefined ? await findRoot(context.cwd) : await resolveRoot(context.root);
  const file = context.config ?? join(dirname(root), 'specloop.yaml');
  await writeFile(file, COMMENTED_SETTINGS, { flag: 'wx' }).catch((cause: unknown) => {
    const exists = toError(cause).message.startsWith('EEXIST');
    throw new UserError(exists ? 'there is a configuration already' : 'the configuration cannot be written', {
      which: file,
      ...(exists ? {} : { why: toError(cause).message }),
      next: exists ? 'edit it, or move it away first' : 'name another file with --config FILE',
      code: 'config-exists',
      cause,
    });
  });
  context.terminal.print(file);
  context.terminal.say('Everything in it is a default, commented out. Next: specloop doctor, specloop start');
  return 0;
}
