export type * from './agent.ts';
export { type ArchivistOptions, createArchivist } from './archivist/archivist.ts';
export type { ArchiveDocument } from './archivist/passages.ts';
export { AgentDirectory, type AgentDirectoryOptions } from './directory.ts';
export { type Complete, createPersona, type PersonaOptions } from './persona.ts';
