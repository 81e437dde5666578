import type { McpServer } from '@modelcontextprotocol/server';
import type { WorkflowApi } from '../workflow/api.ts';

/** What the tools stand on. */
export interface Face {
  server: McpServer;
  workflow: WorkflowApi;
  /**
   * True for a client that the configuration lets speak for a person. The name is what the client says of itself: who
   * reaches this server at all is the gate's business (file modes, token).
   */
  speaksForPerson(client: string): boolean;
}
