import type { Update } from '../types/index.ts';
import { plain } from './plain.ts';
import type { Terminal } from './terminal.ts';

/** An update with its hunks, numbered as `--hunk` takes them. */
export function printUpdate(terminal: Terminal, update: Update): void {
  const { paint } = terminal;
  terminal.print(`${paint(update.path, 'bold')}  ${update.state}  ${update.kind}  ${update.id}`);
  terminal.print(plain(update.reason));
  if (update.note !== undefined) terminal.print(plain(update.note));
  if (update.commit !== undefined) terminal.print(`commit ${update.commit}`);
  if (update.reverts !== undefined) terminal.print(`reverts ${update.reverts}`);
  if (update.undone_by !== undefined) terminal.print(`undone by ${update.undone_by}`);
  update.hunks.forEach((hunk, index) => {
    terminal.print(paint(`hunk ${index + 1}, line ${hunk.line}`, 'cyan'));
    for (const line of hunk.before) terminal.print(paint(`- ${keepIndent(line)}`, 'red'));
    for (const line of hunk.after) terminal.print(paint(`+ ${keepIndent(line)}`, 'green'));
  });
}

function keepIndent(line: string): string {
  const text = line.trimStart();
  return `${' '.repeat(line.length - text.length)}${plain(text)}`;
}
