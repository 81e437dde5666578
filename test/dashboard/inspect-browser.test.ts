import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InspectedWorkflow } from './inspected-workflow.ts';
import { contrastProblems, openPages, type Pages } from './pages-in-browser.ts';

describe('the inspector in a browser', () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await openPages();
  }, 600_000);
  afterAll(() => pages.close());

  async function openInspector(path: string, colorScheme: 'light' | 'dark' = 'light') {
    const opened = await pages.openSignedIn(new InspectedWorkflow(), colorScheme);
    await opened.page.goto(`http://127.0.0.1:${opened.tcp.port}${path}`);
    await opened.page.getByText('live', { exact: true }).waitFor();
    return opened;
  }

  it.each(['light', 'dark'] as const)('is readable and runs without an error in %s', async (scheme) => {
    const { page, errors } = await openInspector('/inspect?actor=question%2Fq1', scheme);
    expect(await contrastProblems(page)).toEqual([]);
    const fill = (selector: string) =>
      page.evaluate<string>(`getComputedStyle(document.querySelector('${selector}')).fill`);
    const ground = scheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(29, 33, 37)';
    expect(await fill('.chart-paper')).toBe(ground);
    expect(await fill('.chart-box.active > rect')).not.toBe(await fill('.chart-box:not(.active) > rect'));
    expect(errors).toEqual([]);
  });

  it('follows an actor as it goes on', async () => {
    const { page, workflow } = await openInspector('/inspect?actor=question%2Fq1');
    await page.locator('.chart-box.active[data-state=escalated]').waitFor();
    workflow.step('question/q1', { event: 'ANSWER', to: 'answered' });
    await page.locator('.chart-box.active[data-state=answered]').waitFor();
    await page.getByRole('cell', { name: 'escalated → answered' }).waitFor();
    expect(await page.locator('.chart-box.active').count()).toBe(1);
  });

  it('is walked by keyboard, from the dashboard to an actor and back through its past', async () => {
    const { page } = await openInspector('/');
    const follow = async (name: string | RegExp) => {
      await page.getByRole('link', { name }).first().focus();
      await page.keyboard.press('Enter');
    };
    await follow('Inspector');
    await page.waitForURL('**/inspect');
    await follow('question');
    await page.waitForURL('**/inspect?machine=question');
    await follow('question/q1');
    await page.waitForURL('**/inspect?actor=question%2Fq1');
    await follow('← Earlier');
    await page.locator('.chart-box.active[data-state=routing]').waitFor();
    await follow('Show it as it is now');
    await page.locator('.chart-box.active[data-state=escalated]').waitFor();
  });

  it('brings the state of the actor into sight within the diagram, without moving the page', async () => {
    const { page, workflow } = await openInspector('/inspect?actor=question%2Fq1');
    await page.setViewportSize({ width: 420, height: 500 });
    workflow.step('question/q1', { event: 'ANSWER', to: 'answered' });
    await page.locator('.chart-box.active[data-state=answered]').waitFor();
    const isInSight = `(() => {
      const [frame, box] = ['#diagram', '.chart-box.active'].map((it) => document.querySelector(it).getBoundingClientRect());
      return box.top >= frame.top && box.bottom <= frame.bottom && box.left >= frame.left && box.right <= frame.right;
    })()`;
    await expect.poll(() => page.evaluate(isInSight)).toBe(true);
    expect(await page.evaluate('scrollY')).toBe(0);
  });

  it('shows no wider page than the window: the diagram scrolls by itself', async () => {
    const { page } = await openInspector('/inspect?machine=documentUpdate');
    await page.setViewportSize({ width: 420, height: 800 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(420);
  });
});
