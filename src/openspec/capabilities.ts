import type { ParsedDocument } from './document.ts';
import { listItems } from './list-items.ts';
import type { OpenSpecChange } from './model.ts';
import { sectionsNamed } from './sections.ts';

type NamedCapability = OpenSpecChange['capabilities'][number];

/** The capabilities that a proposal names, under `New Capabilities` and `Modified Capabilities`. */
export function readCapabilities(proposal: ParsedDocument): NamedCapability[] {
  // spares the parsing of a document that cannot have the section
  if (!proposal.lines.some((line) => /capabilities/i.test(line))) return [];
  const under = (title: string, kind: NamedCapability['kind']) =>
    sectionsNamed(proposal.document.sections, [title]).flatMap((section) =>
      listItems(proposal, section).flatMap(({ item, line }) =>
        namesIn(item[0] ?? '').map((name) => ({ name, kind, line })),
      ),
    );
  return [...under('new capabilities', 'new'), ...under('modified capabilities', 'modified')].sort(
    (a, b) => a.line - b.line,
  );
}

/** `` `a`, `b`: … `` names two, `a: …` and `**a**` one; a sentence names none. */
function namesIn(text: string): string[] {
  const names: string[] = [];
  let rest = text.replaceAll('**', '').trim();
  while (rest.startsWith('`')) {
    const end = rest.indexOf('`', 1);
    if (end === -1) break;
    names.push(rest.slice(1, end).trim());
    rest = rest.slice(end + 1).trimStart();
    if (/^(?:[,&+]|and\s)/.test(rest)) rest = rest.replace(/^(?:[,&+]|and\s)/, '').trimStart();
  }
  if (names.length === 0) {
    const word = /^[^\s:]+/.exec(rest)?.[0] ?? '';
    const after = rest.slice(word.length).trimStart();
    if (after === '' || /^[:–—-]/.test(after)) names.push(word);
  }
  return names.filter((name) => /^[A-Za-z0-9][\w./-]*$/.test(name) && !/^(?:none|n\/a|tbd)\.?$/i.test(name));
}
