import type { Root } from 'mdast';
import type { FileBytes } from './file-bytes.ts';
import { splitLines } from './lines.ts';
import { markdownHazard, parseBlocks } from './markdown.ts';
import type { DocumentFile, Section } from './model.ts';
import { readSections } from './sections.ts';

/** A document with what readers of questions and capabilities need of it and the model does not show. */
export interface ParsedDocument {
  document: DocumentFile;
  lines: readonly string[];
  /** the block tree, made when it is first asked for; undefined for what is no readable Markdown */
  tree(): Root | undefined;
}

const textEnding = /\.(?:md|markdown|ya?ml|txt|json)$/i;
const markdownEnding = /\.(?:md|markdown)$/i;

/** Makes a document of bytes. A picture or other binary file is listed with empty text, and that is no problem. */
export function parseDocument(read: FileBytes): ParsedDocument {
  const document: DocumentFile = {
    file: read.file,
    text: '',
    sizeBytes: read.sizeBytes,
    hash: read.hash,
    sections: [],
    ...(read.problem === undefined ? {} : { problem: read.problem }),
  };
  const unreadable = { document, lines: [], tree: () => undefined };
  if (read.bytes === undefined || !textEnding.test(read.file)) return unreadable;
  const text = decodeText(read.bytes);
  if (text === undefined) return { ...unreadable, document: { ...document, problem: 'is not valid UTF-8' } };
  const lines = splitLines(text);
  const withText = { ...document, text };
  if (!markdownEnding.test(read.file)) return { document: withText, lines, tree: () => undefined };
  const hazard = markdownHazard(lines);
  if (hazard !== undefined) return { ...unreadable, document: { ...document, problem: hazard } };
  const tree = once(() => parseBlocks(lines));
  return { document: withSections(withText, () => readSections(tree(), lines)), lines, tree };
}

/**
 * Sections are read when they are asked for: parsing Markdown is most of the time of reading a change, and of delta specs,
 * half of its text, nobody asks for them.
 */
function withSections(document: DocumentFile, read: () => Section[]): DocumentFile {
  const sections = once(read);
  return Object.defineProperty(document, 'sections', { get: sections, enumerable: true, configurable: true });
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** The text without its byte order mark; undefined when the bytes are no UTF-8. */
export function decodeText(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
