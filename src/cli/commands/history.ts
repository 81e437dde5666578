import { isAbsolute, relative, resolve } from 'node:path';
import type { ExitCode } from '../../errors.ts';
import { pageOf } from '../../http/schemas.ts';
import { historyEntrySchema } from '../../types/index.ts';
import { age } from '../age.ts';
import type { CommandContext } from '../command-context.ts';
import { connect } from '../connect.ts';
import { renderTable } from '../table.ts';

/** `specloop history PATH`: what specloop wrote into a document. */
export async function run(context: CommandContext, path: string): Promise<ExitCode> {
  const { terminal } = context;
  const { worker, root } = await connect(context);
  const inRoot = relativeToRoot(path, { root, cwd: context.cwd });
  const query = `path=${encodeURIComponent(inRoot)}`;
  const page = await worker.get(`/api/documents/history?${query}`, pageOf(historyEntrySchema));
  if (context.json) {
    terminal.printJson(page);
    return 0;
  }
  if (page.items.length === 0) {
    terminal.say(`specloop wrote nothing into ${inRoot}`);
    return 0;
  }
  const table = renderTable(
    terminal,
    [
      { title: 'UPDATE', of: (entry) => entry.update },
      { title: 'WHEN', of: (entry) => age(entry.at) },
      { title: 'COMMIT', of: (entry) => entry.commit?.slice(0, 10) ?? '' },
      { title: 'UNDONE BY', of: (entry) => entry.undone_by ?? '' },
      {
        title: 'BY',
        of: ({ author, model, question, finding }) =>
          [author, model, question, finding].filter((part) => part !== undefined).join(' · '),
      },
    ],
    page.items,
  );
  terminal.print(table);
  return 0;
}

/** A path as the API takes it: one that exists from here is seen from the root, any other is taken as it is. */
export function relativeToRoot(path: string, from: { root: string | undefined; cwd: string }): string {
  if (from.root === undefined) return path;
  const fromRoot = relative(from.root, resolve(from.cwd, path));
  const outside = fromRoot === '' || fromRoot.startsWith('..') || isAbsolute(fromRoot);
  return outside ? path : fromRoot;
}
