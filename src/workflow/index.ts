export type * from './api.ts';
export { namespaceOf } from './assemble.ts';
export { toChangeSummary } from './change-view.ts';
export { changeActor } from './identity.ts';
export { openWorkflow, type Workflow, type WorkflowOptions } from './open-workflow.ts';
export { WorkflowOrchestrator } from './orchestrator.ts';
