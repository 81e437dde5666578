import type { Hunk, Provenance } from '../types/index.ts';

/** One edit of one file, from the proposal to the commit. `draft` names the edit in the document store. */
export interface UpdateInput {
  update: string;
  path: string;
  kind: string;
  reason: string;
  /** sha-256 of the stored draft: the edit, or the update that it reverts */
  draft: string;
  at: string;
  change?: string;
  /** the actor that is told where the update stands */
  proposer?: string;
  provenance: Provenance;
  reverts?: string;
  needsApproval: boolean;
}

export interface UpdateContext {
  input: UpdateInput;
  /** sha-256 of the bytes before and after; empty while unknown, `absent` for a file that does not exist */
  before: string;
  after: string;
  hunks: Hunk[];
  /** the hunks that a person approved, by index; null means all */
  chosenHunks: number[] | null;
  approvedBy: string;
  /** what `writing` writes: the new bytes, or the old ones when a commit failed for good */
  writes: 'after' | 'before';
  written: boolean;
  attempts: number;
  /** how often it was put off in the wait that it is in; 0 outside of one */
  waits: number;
  commit: string;
  note: string;
}

export type UpdateEvent =
  | { type: 'APPROVE'; by: string; hunks?: number[] }
  | { type: 'REJECT'; why: string }
  | { type: 'REPOSITORY.READY' };

export type ApplyResult =
  | { kind: 'applied'; before: string; after: string; hunks: Hunk[] }
  | { kind: 'refused'; why: string }
  | { kind: 'conflict'; why: string };
export type WriteResult =
  | { kind: 'written' }
  | { kind: 'base-changed' }
  | { kind: 'conflict'; why: string }
  | { kind: 'revoked' };
export type CommitResult =
  | { kind: 'committed'; commit: string }
  | { kind: 'uncommitted'; why: string }
  | { kind: 'waiting'; why: string }
  | { kind: 'revoked' };

export interface UpdateWork {
  input: UpdateInput;
  before: string;
  after: string;
  chosenHunks: number[] | null;
}
