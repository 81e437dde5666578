export { type QueueLimits, type QueuePolicy, queuePolicies } from './policies.ts';
export { type Connect, QueueSet } from './queue-set.ts';
