import type { Edit } from '../types/index.ts';

/**
 * An OpenSpec folder as the reviewer sees it: plain data with line numbers, made from bytes by `readRoot` and
 * `readChange`. Every line counts from 1; every `file` is relative to the root with `/` between its parts.
 */

/** A heading with the lines that belong to it, up to the next heading of the same or a higher level. */
export interface Section {
  title: string;
  level: number;
  line: number;
  /** last line of the section, inclusive */
  endLine: number;
  /** the text between the heading and the next heading of any level */
  body: string;
  bodyLine: number;
}

export interface Scenario {
  name: string;
  line: number;
  endLine: number;
  /** the steps as written: one entry a bullet */
  steps: { keyword: 'GIVEN' | 'WHEN' | 'THEN' | 'AND' | 'BUT' | 'none'; text: string; line: number }[];
}

export interface Requirement {
  name: string;
  line: number;
  endLine: number;
  /** the normative text between the heading and the first scenario, as written */
  body: string;
  bodyLine: number;
  scenarios: Scenario[];
}

export interface DeltaSpec {
  capability: string;
  file: string;
  added: Requirement[];
  modified: Requirement[];
  removed: { name: string; line: number; reason?: string; migration?: string }[];
  renamed: { from: string; to: string; line: number }[];
}

/** A capability's spec in `specs/`, the truth that changes are made against. */
export interface CapabilitySpec {
  capability: string;
  file: string;
  purpose: string | undefined;
  requirements: Requirement[];
}

export interface Task {
  id: string | undefined;
  text: string;
  group: string | undefined;
  done: boolean;
  line: number;
}

/** A bullet under `## Open Questions` (or `## Questions`, in proposal.md or design.md). */
export interface OpenQuestion {
  /** in its own words, without the bullet and Markdown emphasis of the marker */
  text: string;
  file: string;
  line: number;
  endLine: number;
  /** true when an answer stands under it already */
  answered: boolean;
}

/** One file of a change, as text. A file that is not valid UTF-8, or too large, has `problem` and empty text. */
export interface DocumentFile {
  file: string;
  text: string;
  sizeBytes: number;
  /** sha-256 of the bytes, hex */
  hash: string;
  sections: Section[];
  problem?: string;
}

/** A change folder `changes/<id>`, active or archived. */
export interface OpenSpecChange {
  id: string;
  /** relative to the root: `changes/<id>` */
  folder: string;
  archived: boolean;
  /** sha-256 over the sorted (path, hash) pairs of the change's files, hex: its content's name */
  contentHash: string;
  files: DocumentFile[];
  proposal: DocumentFile | undefined;
  design: DocumentFile | undefined;
  tasksFile: DocumentFile | undefined;
  /** capabilities named in the proposal's Capabilities section */
  capabilities: { name: string; kind: 'new' | 'modified'; line: number }[];
  deltas: DeltaSpec[];
  tasks: Task[];
  openQuestions: OpenQuestion[];
  /** `skip_specs` of .openspec.yaml */
  skipSpecs: boolean;
  /** newest mtime of its files, ms since the epoch */
  savedAt: number;
}

/** What a rule may look at: the change, the truth, and the other active changes. */
export interface LintContext {
  change: OpenSpecChange;
  specs: CapabilitySpec[];
  otherChanges: OpenSpecChange[];
}

/** What a rule reports; the linter adds rule, severity and change. */
export interface RuleReport {
  file: string;
  line: number;
  endLine?: number;
  capability?: string;
  requirement?: string;
  message: string;
  edit?: Edit;
}
