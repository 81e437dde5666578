import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { createDashboard } from '../../src/dashboard/index.ts';
import { type Built, buildPackage } from '../cli/built.ts';
import { startListening } from '../http/listening.ts';
import { sampleWorkflow } from '../http/memory-workflow.ts';
import { send } from '../http/send.ts';
import { findChromium } from '../support/chromium.ts';

// A test's browser talks to nobody but the page: without these it looks up its maker's hosts.
const browserArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

describe('the dashboard in a browser', () => {
  let built: Built;
  let browser: Browser;

  beforeAll(async () => {
    built = await buildPackage();
    browser = await chromium.launch({ executablePath: await findChromium(), args: browserArgs });
  }, 600_000);
  afterAll(async () => {
    await browser.close();
    await built.remove();
  });

  async function openSignedIn(colorScheme: 'light' | 'dark' = 'light') {
    const workflow = sampleWorkflow();
    const module: { createDashboard: typeof createDashboard } = await import(built.url('dashboard/index.js'));
    const started = await startListening({ workflow, dashboard: module.createDashboard({ workflow }) });
    const context = await browser.newContext({ colorScheme });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    const minted = await send({ ...started.socket, method: 'POST', path: '/api/signin-codes' });
    await page.goto(String(JSON.parse(minted.text).url));
    await page.getByText('live', { exact: true }).waitFor();
    return { ...started, workflow, page, errors };
  }

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

/** Texts whose contrast to their background is under 4.5 to 1 (WCAG 2.2, 1.4.3). */
function contrastProblems(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const parse = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
    const luminance = ([r, g, b]) => {
      const [R, G, B] = [r, g, b].map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * R + 0.7152 * G + 0.0722 * B;
    };
    const background = (element) => {
      for (let at = element; at !== null; at = at.parentElement) {
        const colour = parse(getComputedStyle(at).backgroundColor);
        if (colour.length === 3 || colour[3] > 0) return colour;
      }
      return [255, 255, 255];
    };
    return [...document.querySelectorAll('body *')]
      .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== ''))
      .map((element) => {
        const [a, b] = [parse(getComputedStyle(element).color), background(element)].map(luminance);
        return { ratio: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), text: element.textContent.trim() };
      })
      .filter(({ ratio }) => ratio < 4.5)
      .map(({ ratio, text }) => ratio.toFixed(2) + ' ' + text);
  })()`);
}
