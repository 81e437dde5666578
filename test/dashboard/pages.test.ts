import { describe, expect, it } from 'vitest';
import { createDashboard } from '../../src/dashboard/index.ts';
import { createHttpApp } from '../../src/http/index.ts';
import { MemoryWorkflow, sampleWorkflow } from '../http/memory-workflow.ts';

function pagesOf(workflow: MemoryWorkflow) {
  const app = createHttpApp({ workflow, gate: 'socket', dashboard: createDashboard({ workflow }) });
  return async (path: string) => {
    const response = await app.request(path);
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
}

describe('the dashboard', () => {
  it('shows what waits for a person, the changes, and what was written', async () => {
    const { text } = await pagesOf(sampleWorkflow())('/');
    expect(text).toContain('How long is an account locked after five failed logins?');
    expect(text).toContain('The system SHALL lock it for 15 minutes.');
    expect(text).toContain('href="/changes/add-login"');
    expect(text).toContain('1 error');
  });

  it('shows one change with its findings at their lines', async () => {
    const { text } = await pagesOf(sampleWorkflow())('/changes/add-login');
    expect(text).toContain('changes/add-login/specs/auth/spec.md:7');
    expect(text).toContain('names no duration');
  });

  it('renders words of documents, agents and models as words, wherever they stand', async () => {
    const workflow = sampleWorkflow();
    const hostile = '<img src=x onerror=alert(1)>"\'><script>alert(1)</script>';
    const question = {
      ...workflow.questions.get('q-lockout'),
      why: hostile,
      options: [hostile],
      answered_by: hostile,
    };
    workflow.questions.set('q-lockout', {
      ...(await workflow.ask({ question: hostile, askedBy: hostile })),
      ...question,
    });
    const update = await workflow.getUpdate('u1');
    if (update === undefined) throw new Error('no sample update');
    const hunk = { line: 1, before: [hostile], after: [hostile] };
    workflow.updates.set('u1', { ...update, reason: hostile, note: hostile, path: hostile, hunks: [hunk] });
    const change = await workflow.getChange('add-login');
    if (change === undefined) throw new Error('no sample change');
    workflow.changes.set(hostile, { ...change, id: hostile, problem: hostile });
    for (const path of ['/', `/changes/${encodeURIComponent(hostile)}`]) {
      const { text, status } = await pagesOf(workflow)(path);
      expect(status).toBe(200);
      expect(text).not.toContain('<img');
      expect(text).not.toContain('<script>');
      expect(text).toContain('&lt;script&gt;alert(1)');
    }
  });

  it('allows no script, style or frame but its own', async () => {
    const page = await pagesOf(sampleWorkflow())('/');
    const policy = page.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(page.text).not.toMatch(/ style=| on[a-z]+=|<style/);
    expect(page.text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });

  it('teaches the next command where there is nothing to show', async () => {
    const { text } = await pagesOf(new MemoryWorkflow())('/');
    expect(text).toContain('npx openspec new change NAME');
    expect(text).toContain('specloop ask');
  });

  it('answers 404 for a change that is not there', async () => {
    expect((await pagesOf(sampleWorkflow())('/changes/nothing')).status).toBe(404);
    expect((await pagesOf(sampleWorkflow())('/assets/..%2Fdashboard.ts')).status).toBe(404);
  });
});
