import { z } from 'zod';
import { get, noQuery, post, type Route } from '../route.ts';
import { agentSchema, pageOf } from '../schemas.ts';

/** Who may be asked. */
export const agents: Route[] = [
  get({
    path: '/api/agents',
    summary: 'Agents: who they are and what they can answer',
    query: noQuery,
    response: pageOf(agentSchema),
    handle: ({ workflow }) => workflow.listAgents(),
  }),

  post({
    path: '/api/agents',
    summary: 'Register an agent that connects to specloop',
    body: z.object({
      id: z.string().min(1),
      name: z.string().min(1).exactOptional(),
      capabilities: z.array(z.string()),
      description: z.string().exactOptional(),
    }),
    response: agentSchema,
    status: 201,
    handle: ({ workflow, body }) => workflow.registerAgent(body),
  }),
];
