import { afterEach, beforeEach, expect, test } from 'vitest';
import { Desk, DOC, edit, lines, snapshot } from './support.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await Desk.make();
});
afterEach(() => desk.remove());

test('a commit carries the edit, the message and the trailers in their order, and nothing else', async () => {
  const top = await desk.repository();
  const result = await edit(desk, top, {
    after: lines({ 5: 'edited' }),
    options: {
      trailers: { 'Specloop-Update': 'u-1', 'Specloop-Change': 'c', 'Specloop-Answered-By': 'Ada\nX: y' },
    },
  });
  expect(result).toMatchObject({ kind: 'committed', branch: 'main' });
  expect(await desk.git(top, 'log', '-1', '--format=%B')).toBe(
    'Answer an open question\n\nSpecloop-Update: u-1\nSpecloop-Change: c\nSpecloop-Answered-By: Ada X: y\n\n',
  );
  expect(await desk.git(top, 'show', '--name-status', '--format=%an <%ae> %cn', 'HEAD')).toBe(
    `Ada Example <ada@example.org> Ada Example\n\nM\t${DOC}\n`,
  );
  const after = await snapshot(desk, top);
  expect(after).toMatchObject({ status: '', staged: '', unstaged: '', lock: false, spares: [] });
});
