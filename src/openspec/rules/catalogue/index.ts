import type { Rule } from '../rule.ts';
import { rule as ambiguousQuantity } from './ambiguous-quantity.ts';
import { rule as capabilityNotFound } from './capability-not-found.ts';
import { rule as capabilityNotNamed } from './capability-not-named.ts';
import { rule as capabilityWithoutDelta } from './capability-without-delta.ts';
import { rule as contradictingRequirement } from './contradicting-requirement.ts';
import { rule as documentProblem } from './document-problem.ts';
import { rule as duplicateRequirement } from './duplicate-requirement.ts';
import { rule as duplicateScenario } from './duplicate-scenario.ts';
import { rule as emptyTaskGroup } from './empty-task-group.ts';
import { rule as longRequirement } from './long-requirement.ts';
import { rule as missingProposal } from './missing-proposal.ts';
import { rule as missingWhy } from './missing-why.ts';
import { rule as modifiedTargetMissing } from './modified-target-missing.ts';
import { rule as negatedRequirement } from './negated-requirement.ts';
import { rule as noDeltas } from './no-deltas.ts';
import { rule as overlappingChange } from './overlapping-change.ts';
import { rule as placeholderText } from './placeholder-text.ts';
import { rule as removalWithoutReason } from './removal-without-reason.ts';
import { rule as requirementWithoutNegativeCase } from './requirement-without-negative-case.ts';
import { rule as requirementWithoutOutcome } from './requirement-without-outcome.ts';
import { rule as requirementWithoutTask } from './requirement-without-task.ts';
import { rule as scenarioWithoutTrigger } from './scenario-without-trigger.ts';
import { rule as taskNumberingGap } from './task-numbering-gap.ts';
import { rule as tasksMissing } from './tasks-missing.ts';
import { rule as unansweredQuestion } from './unanswered-question.ts';
import { rule as vagueOutcome } from './vague-outcome.ts';
import { rule as weakenedOutcome } from './weakened-outcome.ts';

/** Every rule of the reviewer, in the order of docs/rules.md. */
export const RULES: readonly Rule[] = [
  // the change and its proposal
  documentProblem,
  missingProposal,
  missingWhy,
  capabilityNotFound,
  capabilityWithoutDelta,
  capabilityNotNamed,
  noDeltas,
  placeholderText,
  unansweredQuestion,
  // scenarios
  requirementWithoutOutcome,
  scenarioWithoutTrigger,
  vagueOutcome,
  weakenedOutcome,
  duplicateScenario,
  requirementWithoutNegativeCase,
  // what requirements say
  negatedRequirement,
  contradictingRequirement,
  ambiguousQuantity,
  longRequirement,
  // requirements against the specs and other changes
  modifiedTargetMissing,
  duplicateRequirement,
  overlappingChange,
  removalWithoutReason,
  // tasks
  tasksMissing,
  taskNumberingGap,
  emptyTaskGroup,
  requirementWithoutTask,
];
