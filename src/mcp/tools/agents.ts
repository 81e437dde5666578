import { z } from 'zod';
import { answering } from '../call.ts';
import type { Face } from '../face.ts';
import { reading, writing } from './shapes.ts';

const agentSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['archivist', 'persona', 'mcp', 'person', 'registered']),
  description: z.string(),
  capabilities: z.array(z.string()),
  available: z.boolean(),
});

/** `register_agent`, `list_agents`. */
export function addAgentTools(face: Face): void {
  const { server, workflow } = face;
  server.registerTool(
    'register_agent',
    {
      title: 'Register as an agent',
      description:
        'Says who you are and what you can answer. Questions for you are then in list_questions with your agent_id; answer them with submit_answer.',
      inputSchema: z.object({
        agent_id: z.string().min(1).max(100),
        name: z.string().max(200).optional(),
        capabilities: z.array(z.string().min(1).max(200)).max(100),
        description: z.string().max(4000).optional(),
      }),
      outputSchema: agentSchema,
      annotations: writing,
    },
    answering(face, async (args) => ({
      ...(await workflow.registerAgent({
        id: args.agent_id,
        capabilities: args.capabilities,
        ...(args.name !== undefined && { name: args.name }),
        ...(args.description !== undefined && { description: args.description }),
      })),
    })),
  );
  server.registerTool(
    'list_agents',
    {
      title: 'List agents',
      description: 'Who can be asked: the archivist, configured agents, registered ones, and the person.',
      inputSchema: z.object({}),
      outputSchema: z.object({ agents: z.array(agentSchema) }),
      annotations: reading,
    },
    answering(face, async () => ({ agents: (await workflow.listAgents()).items })),
  );
}
