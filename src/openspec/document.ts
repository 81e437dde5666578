import type { Root } from 'mdast';
import type { FileBytes } from './file-bytes.ts';
import { splitLines } from './lines.ts';
import { markdownHazard, parseBlocks } from './markdown.ts';
import type { DocumentFile } from './model.ts';
import { readSections } from './sections.ts';

/** A document with what was parsed of it, which readers of questions and capabilities need and the model does not. */
export interface ParsedDocument {
  document: DocumentFile;
  lines: string[];
  tree: Root | undefined;
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
  const empty = { document, lines: [], tree: undefined };
  if (read.bytes === undefined || !textEnding.test(read.file)) return empty;
  const text = decode(read.bytes);
  if (text === undefined) return { ...empty, document: { ...document, problem: 'is not valid UTF-8' } };
  const lines = splitLines(text);
  if (!markdownEnding.test(read.file)) return { document: { ...document, text }, lines, tree: undefined };
  const hazard = markdownHazard(lines);
  if (hazard !== undefined) return { ...empty, document: { ...document, problem: hazard } };
  const tree = parseBlocks(lines);
  return { document: { ...document, text, sections: readSections(tree, lines) }, lines, tree };
}

/** The text without its byte order mark; undefined when the bytes are no UTF-8. */
function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
