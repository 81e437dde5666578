import { isUtf8 } from 'node:buffer';
import type { Root } from 'mdast';
import type { FileBytes } from './file-bytes.ts';
import { splitLines } from './lines.ts';
import { markdownHazard, withoutFrontMatter } from './markdown-hazard.ts';
import { markdownParser } from './markdown-parser.ts';
import type { DocumentFile, Section } from './model.ts';
import { plainHeadings } from './plain-headings.ts';
import { readSections, sectionsOf } from './sections.ts';

/** A document with what readers of questions and capabilities need of it and the model does not show. */
export interface ParsedDocument {
  document: DocumentFile;
  lines: readonly string[];
  /** a block tree that holds this section, at the document's line numbers; undefined for what is no readable Markdown */
  tree(section: Section): Root | undefined;
  /** true when its headings could be told from the lines alone, so that its lists are worth a try, too */
  plain?: boolean;
}

/** A document whose tree can be let go of when its readers are done. */
export interface ReadDocument extends ParsedDocument {
  /** lets go of the tree, which is many times larger than the text */
  release(): void;
}

const textEnding = /\.(?:md|markdown|ya?ml|txt|json)$/i;
const markdownEnding = /\.(?:md|markdown)$/i;

/**
 * Makes a document of bytes, within `withMarkdownParser`. A picture or other binary file is listed with empty text, and
 * that is no problem.
 */
export function parseDocument(read: FileBytes): ReadDocument {
  const document: DocumentFile = {
    file: read.file,
    text: '',
    sizeBytes: read.sizeBytes,
    hash: read.hash,
    sections: [],
    ...(read.problem === undefined ? {} : { problem: read.problem }),
  };
  const treeless = { tree: () => undefined, release: () => {} };
  const unreadable = { document, lines: [], ...treeless };
  if (read.bytes === undefined || !textEnding.test(read.file)) return unreadable;
  const text = decodeText(read.bytes);
  if (text === undefined) return { ...unreadable, document: { ...document, problem: 'is not valid UTF-8' } };
  const lines = splitLines(text);
  const withText = { ...document, text };
  if (!markdownEnding.test(read.file)) return { document: withText, lines, ...treeless };
  const hazard = markdownHazard(lines);
  if (hazard !== undefined) return { ...unreadable, document: { ...document, problem: hazard } };
  const headings = plainHeadings(withoutFrontMatter(lines));
  if (headings !== undefined) {
    // nothing reaches over a heading, so a section can be parsed without the rest of the document
    const tree = (section: Section) => markdownParser()(onlySection(lines, section));
    const withHeadings = withSections(withText, () => sectionsOf(headings, lines));
    return { document: withHeadings, lines, tree, plain: true, release() {} };
  }
  const parse = markdownParser();
  const { get, release } = once(() => parse(lines));
  return { document: withSections(withText, () => readSections(get(), lines)), lines, tree: get, release };
}

/** Sections are read when they are asked for: of delta specs, half of a change's text, nobody asks for them. */
function withSections(document: DocumentFile, read: () => Section[]): DocumentFile {
  const { get } = once(read);
  return Object.defineProperty(document, 'sections', { get, enumerable: true, configurable: true });
}

function onlySection(lines: readonly string[], { line, endLine }: Section): string[] {
  return lines.slice(0, endLine).map((text, index) => (index < line ? '' : text));
}

function once<T>(make: () => T): { get: () => T; release: () => void } {
  let made: { value: T } | undefined;
  const get = () => {
    made ??= { value: make() };
    return made.value;
  };
  const release = () => {
    made = undefined;
  };
  return { get, release };
}

/** The text without its byte order mark; undefined when the bytes are no UTF-8. */
export function decodeText(bytes: Buffer): string | undefined {
  if (!isUtf8(bytes)) return undefined;
  const text = bytes.toString('utf8');
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
