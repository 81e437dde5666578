import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { UserError } from '../errors.ts';
import { describeIssue } from './issue.ts';
import { type Settings, settingsSchema } from './settings.ts';
import { type Mistake, parseYaml } from './yaml.ts';

/**
 * Reads and checks a configuration file. An absent one is undefined.
 *
 * @throws UserError (exit 2) with every mistake, its line and what would be allowed; exit 3 when it cannot be read
 */
export async function readSettings(file: string): Promise<Settings | undefined> {
  const text = await readText(file);
  if (text === undefined) return undefined;
  const parsed = parseYaml(text);
  if ('mistakes' in parsed) throw mistaken(file, parsed.mistakes);
  // An empty file, or one of comments alone, says nothing, and that is fine.
  const checked = settingsSchema.safeParse(parsed.value ?? {});
  if (checked.success) return checked.data;
  const mistakes = checked.error.issues.flatMap((issue) =>
    describeIssue(issue, settingsSchema).map(({ path, message }) => ({ line: parsed.lineOf(path), message })),
  );
  throw mistaken(file, mistakes);
}

async function readText(file: string): Promise<string | undefined> {
  try {
    const { size } = await stat(file);
    // The parser refuses it as well, but reading gigabytes first would end the process.
    if (size > 1_000_000) throw mistaken(file, [{ line: 1, message: 'larger than 64 KB' }]);
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    const code = z.object({ code: z.string() }).safeParse(cause).data?.code;
    if (code === 'ENOENT') return undefined;
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      throw mistaken(file, [{ line: 1, message: 'not valid UTF-8' }]);
    throw new UserError('the configuration cannot be read', {
      which: file,
      why: cause instanceof Error ? cause.message : String(cause),
      next: 'make the file readable, or name another one with --config',
      exitCode: 3,
      code: 'config-unreadable',
      cause,
    });
  }
}

function mistaken(file: string, mistakes: Mistake[]): UserError {
  const sorted = [...mistakes].sort((a, b) => a.line - b.line);
  const lines = sorted.map(({ line, message }) => `${file}:${line}: ${message}`);
  const count = lines.length === 1 ? 'a mistake' : `${lines.length} mistakes`;
  return new UserError(`the configuration has ${count}`, {
    which: `${file}:${sorted[0]?.line ?? 1}`,
    why: lines.join('\n        '),
    next: 'correct the file; `specloop init` writes a commented one to compare with',
    exitCode: 2,
    code: 'config-invalid',
  });
}
