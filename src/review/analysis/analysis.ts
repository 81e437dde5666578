import type { Edit, Finding, Place } from '../../types/index.ts';

/** A question that the documents leave open, as the model put it. `worth` is above 0 and at most 1. */
export interface ProposedQuestion {
  text: string;
  why: string;
  places: Place[];
  options?: string[];
  recommended?: string;
  worth: number;
}

/** An edit whose anchor stands in the document exactly once. `finding` names what it answers: `rule file:line`. */
export interface ProposedEdit {
  edit: Edit;
  reason: string;
  finding?: string;
}

/** Why something that the model said was not taken. */
export const DROP_REASONS = [
  'unknown-file',
  'quote-not-found',
  'empty',
  'duplicate',
  'already-asked',
  'over-limit',
  'anchor-not-found',
  'anchor-ambiguous',
  'no-difference',
  'not-a-section',
  'settles-an-open-question',
  'section-too-large',
  'section-over-limit',
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/** What a model said about a change, as far as it could be proved to be about these documents. */
export interface Analysis {
  /** rules `model-…`; file and line exist, and the words they rest on stand there */
  findings: Finding[];
  /** by worth, highest first */
  questions: ProposedQuestion[];
  edits: ProposedEdit[];
  dropped: { reason: DropReason; count: number }[];
  model: string;
  calls: number;
  sections: number;
  promptTokens: number;
  completionTokens: number;
}

/** Counts what was not taken, so that a model that invents things is seen to do so. */
export class DropCounter {
  private readonly counts = new Map<DropReason, number>();

  add(reason: DropReason, count = 1): void {
    if (count > 0) this.counts.set(reason, (this.counts.get(reason) ?? 0) + count);
  }

  list(): { reason: DropReason; count: number }[] {
    return DROP_REASONS.flatMap((reason) => {
      const count = this.counts.get(reason);
      return count === undefined ? [] : [{ reason, count }];
    });
  }
}
