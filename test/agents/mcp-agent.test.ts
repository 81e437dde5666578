import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { type Agent, createMcpAgent, type McpTarget } from '../../src/agents/index.ts';
import { RetryableError, TerminalError } from '../../src/errors.ts';

const script = fileURLToPath(new URL('../fixtures/mcp/agent.mjs', import.meta.url));
const agents: Agent[] = [];

afterEach(async () => {
  await Promise.all(agents.splice(0).map((agent) => agent.close?.()));
});

function agentOf(kind: string, more: { callTimeoutMs?: number; patienceMs?: number } = {}): Agent {
  const mcp: McpTarget = { kind: 'command', command: process.execPath, args: [script, kind], env: {} };
  const agent = createMcpAgent({ id: kind, mcp, capabilities: [], ...more });
  agents.push(agent);
  return agent;
}

function ask(agent: Agent, text = 'What is a widget?', signal = new AbortController().signal) {
  return agent.ask({ question: 'q', text }, { idempotencyKey: 'effect-1', signal });
}

describe('an agent behind MCP', () => {
  it('with one tool for asking answers in its own words', async () => {
    expect(await ask(agentOf('plain'))).toEqual({
      kind: 'answered',
      answer: { text: 'about What is a widget?', by: 'plain', kind: 'agent' },
    });
  });

  it('that answers later is waited for, and asked once under one key', async () => {
    const agent = agentOf('later');
    const answer = { text: 'asked 1 time', by: 'later', kind: 'agent', confidence: 0.5, sources: ['a.md:1'] };
    expect(await ask(agent)).toEqual({ kind: 'answered', answer });
    expect(await ask(agent)).toMatchObject({ answer: { text: 'asked 1 time' } });
  });

  it('that fails in a successful result has declined', async () => {
    expect(await ask(agentOf('failing'))).toEqual({ kind: 'declined', why: 'no key is configured' });
  });

  it('without a tool for asking is never called at all', async () => {
    await expect(ask(agentOf('foreign'))).rejects.toThrow(TerminalError);
  });

  it('that hangs ends at its time limit and holds up nobody else', async () => {
    const hung = ask(agentOf('hung', { callTimeoutMs: 300 })).catch((error: unknown) => error);
    expect(await ask(agentOf('plain'))).toMatchObject({ kind: 'answered' });
    expect(await hung).toBeInstanceOf(RetryableError);
  });

  it('is given up at once when the question no longer wants it', async () => {
    const stop = new AbortController();
    const asked = ask(agentOf('hung'), 'x', stop.signal);
    stop.abort(new Error('cancelled'));
    await expect(asked).rejects.toThrow();
  });

  it('whose process dies is started anew for the next question', async () => {
    const agent = agentOf('dying');
    await expect(ask(agent)).rejects.toThrow(RetryableError);
    await expect(ask(agent)).rejects.toThrow(/closed/i);
  });

  it('that cannot be started says what was tried', async () => {
    const mcp: McpTarget = { kind: 'command', command: '/nonexistent/agent', args: [], env: {} };
    const agent = createMcpAgent({ id: 'x', mcp, capabilities: [] });
    await expect(ask(agent)).rejects.toThrow('/nonexistent/agent');
  });
});
