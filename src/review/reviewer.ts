import type { LmStudio } from '../lmstudio/index.ts';
import type { CapabilitySpec, OpenSpecChange } from '../openspec/index.ts';
import type { Finding, Severity } from '../types/index.ts';
import { type Analysis, type AnalysisRequest, analyseChange, planAnalysis } from './analysis/index.ts';
import { reviewChange } from './review-change.ts';
import { pathFilter } from './review-paths.ts';

/** What a change is reviewed against. */
export interface Surroundings {
  specs: CapabilitySpec[];
  otherChanges: OpenSpecChange[];
}

export interface ReviewerOptions {
  root: string;
  /** without one there is no analysis; the rules work all the same */
  lm?: LmStudio | undefined;
  severities?: Record<string, Severity | 'off'> | undefined;
  /** review.paths: only what concerns these files is reported */
  paths?: readonly string[] | undefined;
  allowInstalled?: boolean | undefined;
  /** whether OpenSpec's own validation is part of a review; true unless said otherwise */
  validate?: boolean | undefined;
}

type AnalysisInput = Omit<AnalysisRequest, 'lm'>;

/** The reviewer of one root: rules and OpenSpec's validation for every save, the model when there is one. */
export class Reviewer {
  private readonly options: ReviewerOptions;

  constructor(options: ReviewerOptions) {
    this.options = options;
  }

  get hasModel(): boolean {
    return this.options.lm !== undefined;
  }

  /** What rules and validation find. Needs no model, and the same documents give the same findings. */
  review(change: OpenSpecChange, { specs, otherChanges }: Surroundings): Promise<Finding[]> {
    const { root, severities, paths, allowInstalled, validate = true } = this.options;
    return reviewChange({ root, change, specs, otherChanges, validate, severities, paths, allowInstalled });
  }

  /** What the model finds, asks and proposes beyond them; undefined without a model client. */
  async analyse(input: AnalysisInput): Promise<Analysis | undefined> {
    const { lm, paths = [] } = this.options;
    if (lm === undefined) return undefined;
    const isReported = await pathFilter(paths);
    const analysis = await analyseChange({ ...input, lm });
    return {
      ...analysis,
      findings: analysis.findings.filter(({ file }) => isReported(file)),
      edits: analysis.edits.filter(({ edit }) => isReported(edit.file)),
    };
  }

  /** How long an analysis would take: "n sections, about m minutes". */
  async plan(input: AnalysisInput): Promise<{ sections: number; minutes: number } | undefined> {
    const { lm } = this.options;
    return lm === undefined ? undefined : planAnalysis({ ...input, lm });
  }
}
