export { type AnalysisRequest, analyseChange, planAnalysis } from './analyse-change.ts';
export type { Analysis, DropReason, ProposedEdit, ProposedQuestion } from './analysis.ts';
export { MODEL_RULES } from './reply.ts';
