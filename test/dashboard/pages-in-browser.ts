import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import type { createDashboard } from '../../src/dashboard/index.ts';
import { buildPackage } from '../cli/built.ts';
import { startListening } from '../http/listening.ts';
import type { MemoryWorkflow } from '../http/memory-workflow.ts';
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

/** The pages of the built package in a browser of one test file. */
export type Pages = Awaited<ReturnType<typeof openPages>>;

export async function openPages() {
  const built = await buildPackage();
  const browser: Browser = await chromium.launch({ executablePath: await findChromium(), args: browserArgs });

  /** A page that is signed in, on a server of one test; `errors` is what its console said. */
  async function openSignedIn<Workflow extends MemoryWorkflow>(
    workflow: Workflow,
    colorScheme: 'light' | 'dark' = 'light',
  ) {
    const module: { createDashboard: typeof createDashboard } = await import(built.url('dashboard/index.js'));
    const started = await startListening({ workflow, dashboard: module.createDashboard({ workflow }) });
    const context: BrowserContext = await browser.newContext({ colorScheme });
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

  return {
    openSignedIn,
    async close() {
      await browser.close();
      await built.remove();
    },
  };
}

/** Texts whose contrast to their background is under 4.5 to 1 (WCAG 2.2, 1.4.3). */
export function contrastProblems(page: Page): Promise<string[]> {
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
