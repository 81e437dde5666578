import type { Heading, Root } from 'mdast';
import { trimmedBlock } from './lines.ts';
import type { Section } from './model.ts';
import type { PlacedHeading } from './plain-headings.ts';

/** The headings of a document with what belongs to them. Headings in a fence, a comment, a quote or a list are none. */
export function readSections(tree: Root, lines: readonly string[]): Section[] {
  return sectionsOf(headingsOf(tree, lines), lines);
}

/** `body` has no blank edges; `bodyLine` is its first line, or the heading's where the body is empty. */
export function sectionsOf(headings: readonly PlacedHeading[], lines: readonly string[]): Section[] {
  const lastLine = lines.at(-1) === '' && lines.length > 1 ? lines.length - 1 : lines.length;
  const sections: Section[] = [];
  let open: Section[] = [];
  let nextLine = lines.length + 1;
  // backwards, so that each heading already knows the one after it
  for (const heading of headings.toReversed()) {
    const { title, level, line } = heading;
    const closing = open.findLast((later) => later.level <= level);
    const body = trimmedBlock(lines, heading.endLine, nextLine - 1);
    const section = {
      title,
      level,
      line,
      endLine: closing === undefined ? lastLine : closing.line - 1,
      body: body?.text ?? '',
      bodyLine: body?.line ?? line,
    };
    // what this heading closes hides the later ones of its level or deeper, so six are kept at most
    open = [...open.filter((later) => later.level < level), section];
    sections.push(section);
    nextLine = line;
  }
  return sections.reverse();
}

function headingsOf(tree: Root, lines: readonly string[]): PlacedHeading[] {
  return tree.children.flatMap((node) => {
    if (node.type !== 'heading' || node.position === undefined) return [];
    const { start, end } = node.position;
    return [{ title: headingTitle(node, lines), level: node.depth, line: start.line, endLine: end.line }];
  });
}

/** The heading's words as written, emphasis and code marks included. */
function headingTitle(heading: Heading, lines: readonly string[]): string {
  const first = heading.children[0]?.position?.start;
  const last = heading.children.at(-1)?.position?.end;
  if (first === undefined || last === undefined) return '';
  const words = lines.slice(first.line - 1, last.line);
  const ending = words.length - 1;
  return words
    .map((text, index) =>
      text.slice(index === 0 ? first.column - 1 : 0, index === ending ? last.column - 1 : undefined).trim(),
    )
    .join(' ');
}

/** Sections whose title, without marks and a closing colon, is one of these (lower case). */
export function sectionsNamed(sections: readonly Section[], titles: readonly string[]): Section[] {
  return sections.filter((section) => titles.includes(plainTitle(section.title)));
}

function plainTitle(title: string): string {
  const words = title.replace(/[*_`]/g, '').trim().toLowerCase();
  return (words.endsWith(':') ? words.slice(0, -1) : words).replace(/^\d+(?:\.\d+)*\.?\s/, '').trim();
}
