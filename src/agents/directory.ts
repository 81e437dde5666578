import type { Redis } from 'ioredis';
import { z } from 'zod';
import { TerminalError } from '../errors.ts';
import type { Candidate } from '../machines/index.ts';
import type { Agent, AgentDescription, AgentQuestion, AgentReply, AskOptions } from './agent.ts';
import { rankByCapability } from './capability.ts';

const registeredSchema = z.object({
  id: z.string(),
  name: z.string(),
  capabilities: z.array(z.string()),
  description: z.string(),
});
type Registered = z.infer<typeof registeredSchema>;

export interface AgentDirectoryOptions {
  /** the archivist and the configured ones, in the order in which they are asked when nothing else decides */
  agents: Agent[];
  redis: Redis;
  /** the prefix of every key */
  ns: string;
}

/** A person is always there, and needs no answer from us to be asked. */
const person: AgentDescription = {
  id: 'person',
  name: 'A person',
  kind: 'person',
  description: 'Whoever answers in the inbox of the dashboard, or with specloop answer',
  capabilities: ['*'],
  available: true,
};

/** Who can be asked: the archivist, the configured agents, those that registered themselves, and the person. */
export class AgentDirectory {
  readonly #agents: Map<string, Agent>;
  readonly #redis: Redis;
  readonly #key: string;

  constructor(options: AgentDirectoryOptions) {
    this.#agents = new Map(options.agents.map((agent) => [agent.id, agent]));
    this.#redis = options.redis;
    this.#key = `${options.ns}:agents`;
  }

  /** Writes down an agent that came to us. It fetches its questions itself and answers them by `submit_answer`. */
  async register(agent: {
    id: string;
    name?: string;
    capabilities: string[];
    description?: string;
  }): Promise<AgentDescription> {
    if (this.#agents.has(agent.id) || agent.id === person.id) {
      throw new TerminalError(`the name ${agent.id} is taken by an agent of the configuration`);
    }
    const { id, name = id, capabilities, description = '' } = agent;
    const record: Registered = { id, name, capabilities, description };
    await this.#redis.hset(this.#key, id, JSON.stringify(record));
    return describeRegistered(record);
  }

  async describe(): Promise<AgentDescription[]> {
    const configured = [...this.#agents.values()].map((agent) => agent.describe());
    return [...configured, ...(await this.#registered()).map(describeRegistered), person];
  }

  /**
   * Who is asked, in which order, and why: a named agent alone; else the archivist, then whoever's capabilities name the
   * matter, then personas. Nobody is a good answer too: the question goes to people.
   */
  async candidatesFor(question: AgentQuestion & { agentId?: string }): Promise<Candidate[]> {
    const everyone = await this.describe();
    const { agentId } = question;
    if (agentId !== undefined) {
      const named = everyone.filter(({ id, kind }) => id === agentId && kind !== 'person');
      return named.map((agent) => candidate(agent, 'asked for by name'));
    }
    const able = everyone.filter(({ kind, available }) => available && kind !== 'person');
    const archivists = able.filter(({ kind }) => kind === 'archivist');
    const others = able.filter(({ kind }) => kind !== 'archivist');
    const ranked = rankByCapability(question, others);
    return [
      ...archivists.map((agent) =>
        candidate(agent, 'looks into specs, archive and docs before anyone is asked'),
      ),
      ...ranked.map(({ agent, why }) => candidate(agent, why)),
    ];
  }

  /** True when a registered agent says that it can answer this. */
  async canAnswer(agentId: string, question: AgentQuestion): Promise<boolean> {
    const agents = (await this.describe()).filter(({ id }) => id === agentId);
    return rankByCapability(question, agents).length > 0;
  }

  async ask(agentId: string, question: AgentQuestion, options: AskOptions): Promise<AgentReply> {
    const agent = this.#agents.get(agentId);
    if (agent !== undefined) return await agent.ask(question, options);
    if ((await this.#redis.hexists(this.#key, agentId)) === 1) {
      return { kind: 'declined', why: 'it fetches its questions itself; this one waits for it' };
    }
    throw new TerminalError(`there is no agent ${agentId}`);
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#agents.values()].map((agent) => agent.close?.()));
  }

  async #registered(): Promise<Registered[]> {
    const stored = Object.values(await this.#redis.hgetall(this.#key));
    return stored.map((text) => registeredSchema.parse(JSON.parse(text)));
  }
}

function describeRegistered(agent: Registered): AgentDescription {
  return { ...agent, kind: 'registered', available: true };
}

function candidate({ id, kind }: AgentDescription, why: string): Candidate {
  return { agent: id, kind: kind === 'archivist' || kind === 'persona' ? kind : 'agent', why };
}
