import { describe, expect, it } from 'vitest';
import { createDashboard } from '../../src/dashboard/index.ts';
import { createHttpApp } from '../../src/http/index.ts';
import { InspectedWorkflow } from './inspected-workflow.ts';

function inspector() {
  const workflow = new InspectedWorkflow();
  const app = createHttpApp({ workflow, gate: 'socket', dashboard: createDashboard({ workflow }) });
  const get = async (query: string) => {
    const response = await app.request(`/inspect${query}`);
    return { status: response.status, text: await response.text() };
  };
  return { workflow, get };
}

const activeStates = (text: string) =>
  [...text.matchAll(/chart-box \w+ active[^"]*" data-state="([^"]*)"/g)].map(([, path]) => path);

describe('the inspector’s page', () => {
  it('shows the machine that is chosen, without an actor on it', async () => {
    const { get } = inspector();
    const { text } = await get('?machine=documentUpdate');
    expect(text).toContain('Machine documentUpdate, version 1');
    expect(text).toContain('data-state="awaitingApproval"');
    expect(activeStates(text)).toEqual([]);
    expect(text).toContain('No documentUpdate yet.');
  });

  it('lights the state of an actor, the states that it was in and the arrows that it took', async () => {
    const { get } = inspector();
    const { text } = await get('?actor=question%2Fq1');
    expect(activeStates(text)).toEqual(['escalated']);
    for (const path of ['asked', 'matching', 'matching.searching', 'routing', 'escalated'])
      expect(text).toMatch(new RegExp(`walked" data-state="${path}"`));
    expect(text).not.toMatch(/walked" data-state="(asking|answered)"/);
    expect(text.match(/chart-arrow walked/g)).toHaveLength(3);
  });

  it('shows an actor as it was after any of its transitions', async () => {
    const { get } = inspector();
    const { text } = await get('?actor=question%2Fq1&seq=2');
    expect(activeStates(text)).toEqual(['matching', 'matching.searching']);
    expect(text).not.toMatch(/walked" data-state="routing"/);
    expect(text).toContain('href="/inspect?actor=question%2Fq1&amp;seq=1">← Earlier');
    expect(text).toContain('href="/inspect?actor=question%2Fq1&amp;seq=3">Later →');
  });

  it('says so when the actor’s state is not one of this version’s machine', async () => {
    const { workflow, get } = inspector();
    workflow.step('question/q1', { event: 'OLD', to: 'long.gone' });
    const { status, text } = await get('?actor=question%2Fq1');
    expect([status, activeStates(text)]).toEqual([200, []]);
    expect(text).toContain('is not on the diagram');
  });

  it('leads to the page of a change, whatever its name', async () => {
    const { get } = inspector();
    expect((await get('?actor=change%2Fadd%2520login')).text).toContain('href="/changes/add%20login"');
  });

  it('knows no machine and no actor that are not there', async () => {
    const { get } = inspector();
    expect((await get('?machine=none')).status).toBe(404);
    expect((await get('?actor=none')).status).toBe(404);
  });

  it('shows words of actors as words', async () => {
    const { workflow, get } = inspector();
    const hostile = '<script>alert(1)</script>"';
    workflow.step('question/q1', { event: hostile, to: hostile, effects: [hostile] });
    expect((await get('?actor=question%2Fq1')).text).not.toContain('<script>alert');
  });
});
