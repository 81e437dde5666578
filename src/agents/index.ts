export type * from './agent.ts';
export { type ArchivistOptions, createArchivist } from './archivist/archivist.ts';
export type { ArchiveDocument } from './archivist/passages.ts';
export { AgentDirectory, type AgentDirectoryOptions } from './directory.ts';
export type { McpTarget } from './mcp/connection.ts';
export { createMcpAgent, type McpAgentOptions } from './mcp/mcp-agent.ts';
export { type Complete, createPersona, type PersonaOptions } from './persona.ts';
