/** A document as a prompt shows it: the lines of the change that may be spoken about. */
export interface PromptDocument {
  file: string;
  lines: { number: number; text: string }[];
}

/** Reads the delimited documents out of a prompt: what a model would read, and all that the scripted one knows. */
export function documentsOf(prompt: string): PromptDocument[] {
  const documents: PromptDocument[] = [];
  let current: PromptDocument | undefined;
  for (const line of prompt.split('\n')) {
    if (line.startsWith('<<<') && line.endsWith('>>>')) {
      current = titleOf(line).startsWith('document ')
        ? { file: titleOf(line).slice(9), lines: [] }
        : undefined;
      if (current !== undefined) documents.push(current);
      continue;
    }
    const bar = line.indexOf('| ');
    const number = Number(line.slice(0, bar));
    if (current !== undefined && bar > 0 && Number.isInteger(number)) {
      current.lines.push({ number, text: line.slice(bar + 2) });
    }
  }
  return documents;
}

/** `<<<marker document x/y.md>>>` without brackets and marker. */
function titleOf(line: string): string {
  const inner = line.slice(3, -3);
  return inner.slice(inner.indexOf(' ') + 1);
}
