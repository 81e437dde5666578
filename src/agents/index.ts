export type * from './agent.ts';
export { AgentDirectory, type AgentDirectoryOptions } from './directory.ts';
export { type Complete, createPersona, type PersonaOptions } from './persona.ts';
