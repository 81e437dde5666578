import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleWorkflow } from '../http/memory-workflow.ts';
import { contrastProblems, openPages, type Pages } from './pages-in-browser.ts';

describe('the dashboard in a browser', () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await openPages();
  }, 600_000);
  afterAll(() => pages.close());
  const openSignedIn = (colorScheme?: 'light' | 'dark') => pages.openSignedIn(sampleWorkflow(), colorScheme);

  it.each(['light', 'dark'] as const)(
    'signs in by its link and runs without an error in %s',
    async (scheme) => {
      const { page, errors, tcp } = await openSignedIn(scheme);
      expect(page.url()).toBe(`http://127.0.0.1:${tcp.port}/`);
      expect(await page.title()).toBe('(1) specloop');
      expect(await contrastProblems(page)).toEqual([]);
      expect(errors).toEqual([]);
    },
  );

  it('answers a question by keyboard alone', async () => {
    const { page, workflow } = await openSignedIn();
    await page.getByLabel('Your answer').focus();
    await page.keyboard.type('20 minutes');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('No question is open.').waitFor();
    expect(workflow.answers).toMatchObject([{ text: '20 minutes', kind: 'person' }]);
  });

  it('answers with a suggestion by one press', async () => {
    const { page, workflow } = await openSignedIn();
    await page.getByRole('button', { name: '15 minutes' }).click();
    await expect.poll(() => workflow.answers).toMatchObject([{ text: '15 minutes' }]);
  });

  it('approves only the hunks that are checked, and shows what became of the update', async () => {
    const { page, workflow } = await openSignedIn();
    await page.getByLabel('Hunk 2').uncheck();
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('No update waits for a yes.').waitFor();
    expect(workflow.updates.get('u1')).toMatchObject({
      state: 'applied',
      note: expect.stringContaining('hunks 1'),
    });
    await page.getByRole('button', { name: 'Undo' }).first().click();
    await expect.poll(() => workflow.updates.get('undo-u1')?.reverts).toBe('u1');
  });

  it('shows a change as it happens, and keeps what is being written', async () => {
    const { page, workflow } = await openSignedIn();
    await page.getByLabel('Your answer').fill('half a sen');
    const change = workflow.changes.get('add-login');
    if (change === undefined) throw new Error('no sample change');
    change.state = 'reading';
    workflow.happen('change/add-login', 'reading');
    await page.getByRole('cell', { name: 'reading' }).waitFor();
    expect(await page.getByLabel('Your answer').inputValue()).toBe('half a sen');
  });

  it('says what the worker refuses, beside the button', async () => {
    const { page, workflow } = await openSignedIn();
    workflow.questions.clear();
    await page.getByRole('button', { name: '15 minutes' }).click();
    await page.getByText('there is no such thing').waitFor();
  });

  it('says that it is stale when the worker is gone', async () => {
    const { page, listening } = await openSignedIn();
    await listening.close({ deadlineMs: 0 });
    await page.getByText(/stale since/).waitFor();
  });
});
