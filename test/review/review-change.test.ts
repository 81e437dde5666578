import { expect, it } from 'vitest';
import { createLmStudio } from '../../src/lmstudio/index.ts';
import { Reviewer, reviewChange } from '../../src/review/index.ts';
import { startLmStudioServer } from '../support/lm-studio-server.ts';
import { FILES, lineOf, type OrdersRoot, ordersRoot } from './support/orders-root.ts';

function review(orders: OrdersRoot, more: Partial<Parameters<typeof reviewChange>[0]> = {}) {
  return reviewChange({ ...orders, otherChanges: [], validate: true, ...more });
}

const BROKEN_DELTA = `## ADDED Requirements

### Requirement: Cancel an order

The system SHALL cancel an order.
`;

it('joins what the rules find with what OpenSpec says, in order of file, line and rule', async () => {
  const orders = await ordersRoot({ [FILES.delta]: BROKEN_DELTA });
  const findings = await review(orders);
  const strict = findings.filter((finding) => finding.rule === 'openspec-strict');
  expect(strict).not.toHaveLength(0);
  expect(strict[0]).toMatchObject({ severity: 'error', file: FILES.delta });
  expect(findings.some((finding) => finding.rule !== 'openspec-strict')).toBe(true);
  const places = findings.map(({ file, line }) => `${file} ${`${line}`.padStart(6, '0')}`);
  expect(places).toEqual(places.toSorted());
});

it('every finding names a file and a line that exist', async () => {
  const orders = await ordersRoot({ [FILES.delta]: BROKEN_DELTA });
  for (const { file, line } of await review(orders)) {
    const document = orders.change.files.find((one) => one.file === file);
    expect(document?.text.split('\n').length).toBeGreaterThanOrEqual(line);
  }
});

it('asks OpenSpec only when it is to, and takes severities from the configuration', async () => {
  const orders = await ordersRoot({ [FILES.delta]: BROKEN_DELTA });
  const rules = (findings: Awaited<ReturnType<typeof review>>) => findings.map((finding) => finding.rule);
  expect(rules(await review(orders, { validate: false }))).not.toContain('openspec-strict');
  expect(rules(await review(orders, { severities: { 'openspec-strict': 'off' } }))).not.toContain(
    'openspec-strict',
  );
  const mild = await review(orders, { severities: { 'openspec-strict': 'info' } });
  expect(
    mild.filter(({ rule }) => rule === 'openspec-strict').every(({ severity }) => severity === 'info'),
  ).toBe(true);
});

it('reports only what stands in the files of review.paths, whatever else it reads', async () => {
  const gap = '## 1. Orders\n\n- [ ] 1.1 Add the cancel button\n- [ ] 1.3 Test cancelling\n';
  const orders = await ordersRoot({ [FILES.delta]: BROKEN_DELTA, [FILES.tasks]: gap });
  const all = await review(orders);
  const filesOf = async (...paths: string[]) =>
    new Set((await review(orders, { paths })).map(({ file }) => file));
  const { delta, design, proposal, tasks } = FILES;
  expect(new Set(all.map(({ file }) => file))).toEqual(new Set([delta, design, tasks]));
  expect(await review(orders, { paths: ['changes/*/specs/**'] })).toEqual(
    all.filter(({ file }) => file === delta),
  );
  expect(await filesOf('**/design.md', './changes/*/tasks.md')).toEqual(new Set([design, tasks]));
  expect(await filesOf('!**/design.md')).toEqual(new Set([delta, tasks]));
  expect(await filesOf('changes/', '!changes/*/specs/')).toEqual(new Set([design, tasks]));
  expect(await filesOf(proposal, 'specs/**')).toEqual(new Set());
});

it('the reviewer works without a model, and with one adds what it says', async () => {
  const orders = await ordersRoot();
  const around = { specs: orders.specs, otherChanges: [] };
  const alone = new Reviewer({ root: orders.root });
  const findings = await alone.review(orders.change, around);
  expect(alone.hasModel).toBe(false);
  expect(await alone.analyse({ ...orders, findings, nonce: 'n1' })).toBeUndefined();

  const server = await startLmStudioServer({ contextTokens: 16_000 });
  const lm = createLmStudio({ baseUrl: server.url, timeoutMs: 30_000 });
  const reviewer = new Reviewer({ root: orders.root, lm });
  expect(await reviewer.review(orders.change, around)).toEqual(findings);
  expect(await reviewer.plan({ ...orders, findings, nonce: 'n1' })).toMatchObject({ sections: 1 });
  const analysis = await reviewer.analyse({ ...orders, findings, nonce: 'n1' });
  const elsewhere = new Reviewer({ root: orders.root, lm, paths: [FILES.tasks] });
  expect(await elsewhere.analyse({ ...orders, findings, nonce: 'n1' })).toMatchObject({
    findings: [],
    edits: [],
  });
  await lm.close();
  await server.stop();
  const line = lineOf(orders.change, FILES.delta, 'quickly');
  expect(analysis?.findings).toContainEqual(
    expect.objectContaining({ file: FILES.delta, line, rule: 'model-ambiguity' }),
  );
});
