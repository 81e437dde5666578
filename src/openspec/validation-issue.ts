import { readFileBytes } from './file-bytes.ts';
import { splitLines } from './lines.ts';
import type { Hazard } from './validator-guard.ts';
import type { WalkedFile } from './walk.ts';

/** What OpenSpec's own validator says: `file` is relative to the root and exists, `line` counts from 1. */
export interface ValidationIssue {
  level: 'ERROR' | 'WARNING' | 'INFO';
  file: string;
  line: number;
  message: string;
}

/** What is said of a file that OpenSpec is not given. */
export function refusal({ file, why }: Hazard): ValidationIssue {
  return { level: 'ERROR', file, line: 1, message: `not validated: ${file} ${why}` };
}

/** The line itself, or the last one of the text where it has no such line. */
export function existingLine(text: string, line: number): number {
  return Math.min(line, splitLines(text).length);
}

export type TextOf = (file: WalkedFile) => string;

/** Reads each file once, however many issues it has. */
export function textsOf(root: string): TextOf {
  const texts = new Map<string, string>();
  return (walked) => {
    const text = texts.get(walked.file) ?? readFileBytes(root, walked)?.bytes?.toString('utf8') ?? '';
    texts.set(walked.file, text);
    return text;
  };
}
