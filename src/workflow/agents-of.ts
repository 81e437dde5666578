import { type Agent, createArchivist, createMcpAgent, createPersona } from '../agents/index.ts';
import type { Config } from '../config/index.ts';
import type { Tunables } from '../tunables/index.ts';
import { archiveDocuments } from './archive-documents.ts';
import type { Models } from './models.ts';

/** The archivist, and the agents of the configuration in its order. */
export function agentsOf(
  config: Config,
  { models, tunables }: { models: Models; tunables: Tunables },
): Agent[] {
  const archivist = createArchivist({
    documents: () => archiveDocuments(config.root),
    threshold: () => tunables.numberNow('questions.archivist_threshold'),
  });
  const configured = config.agents.map((agent) => {
    const { id, capabilities } = agent;
    if (agent.kind !== 'persona') return createMcpAgent({ id, mcp: agent, capabilities });
    const persona = createPersona({
      id,
      persona: agent.persona,
      capabilities,
      complete: (request) => models.lm.complete(request),
      available: () => models.last.usable,
    });
    return unlessPaused(persona, models);
  });
  return [archivist, ...configured];
}

/** A person's pause holds for all use of the model, whoever wants it. */
function unlessPaused(persona: Agent, models: Pick<Models, 'paused'>): Agent {
  return {
    ...persona,
    async ask(question, options) {
      if (await models.paused()) return { kind: 'declined', why: 'the model is paused: specloop resume' };
      return persona.ask(question, options);
    },
  };
}
