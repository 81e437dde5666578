import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Agent, AgentDirectory, createArchivist, createPersona } from '../../src/agents/index.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';

let redis: TestRedis;
let count = 0;

beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

function persona(id: string, capabilities: string[], available = true): Agent {
  return createPersona({
    id,
    persona: `You are ${id}.`,
    capabilities,
    available: () => available,
    complete: () => Promise.reject(new Error('not asked here')),
  });
}

function directory(...agents: Agent[]): AgentDirectory {
  count += 1;
  const archivist = createArchivist({ documents: async () => [] });
  return new AgentDirectory({ agents: [archivist, ...agents], redis: redis.connect(), ns: `d${count}` });
}

async function asked(agents: AgentDirectory, text: string, agentId?: string): Promise<string[]> {
  const candidates = await agents.candidatesFor({
    question: 'q',
    text,
    ...(agentId !== undefined && { agentId }),
  });
  expect(candidates.every(({ why }) => why.length > 0)).toBe(true);
  return candidates.map(({ agent }) => agent);
}

describe('the directory', () => {
  it('sends a question to the archivist first, then to whoever names the matter', async () => {
    const agents = directory(
      persona('artist', ['colours', 'fonts']),
      persona('dba', ['database migrations', 'SQL']),
    );
    expect(await asked(agents, 'Does a migration lock the database?')).toEqual(['archivist', 'dba']);
  });

  it('asks personas as generalists when nobody names the matter', async () => {
    const agents = directory(persona('artist', ['colours']), persona('dba', ['SQL']));
    expect(await asked(agents, 'Who waters the plants?')).toEqual(['archivist', 'artist', 'dba']);
  });

  it('passes over a persona whose model is not there', async () => {
    const agents = directory(persona('dba', ['SQL'], false));
    expect(await asked(agents, 'Which SQL dialect?')).toEqual(['archivist']);
  });

  it('asks a named agent alone, and nobody when it is unknown', async () => {
    const agents = directory(persona('artist', ['colours']), persona('dba', ['SQL']));
    expect(await asked(agents, 'Which SQL dialect?', 'artist')).toEqual(['artist']);
    expect(await asked(agents, 'Which SQL dialect?', 'nobody')).toEqual([]);
  });

  it('knows who registered, also in another process, and keeps the names of the configuration', async () => {
    const agents = directory(persona('dba', ['SQL']));
    await agents.register({ id: 'ops', capabilities: ['kubernetes'] });
    const other = new AgentDirectory({ agents: [], redis: redis.connect(), ns: `d${count}` });
    expect((await other.describe()).map(({ id, kind }) => `${id} ${kind}`)).toEqual([
      'ops registered',
      'person person',
    ]);
    expect(await asked(agents, 'Which kubernetes version?')).toEqual(['archivist', 'ops']);
    for (const id of ['dba', 'archivist', 'person']) {
      await expect(agents.register({ id, capabilities: [] })).rejects.toThrow('is taken');
    }
  });
});
