import { callGit, type Git } from './caller.ts';
import { carriesTrailer } from './message.ts';
import { nulRecords } from './records.ts';

/** How far back an attempt before a crash is looked for where the journal was lost. */
const SEARCHED_COMMITS = 200;

/** A commit on HEAD's branch that carries our trailer and touches the path: an earlier attempt of the same edit. */
export async function findEarlierCommit(
  git: Git,
  wanted: { path: string; trailer: { key: string; value: string } },
): Promise<string | undefined> {
  const { stdout } = await callGit(
    git,
    ['rev-list', '--encoding=UTF-8', `--max-count=${SEARCHED_COMMITS}`, '--format=%B%x00', 'HEAD', '--'],
    { accept: [128] },
  );
  for (const record of nulRecords(stdout)) {
    // The record opens with the line `commit <id>`.
    const [head = '', ...body] = record.toString('utf8').trimStart().split('\n');
    if (!head.startsWith('commit ') || !carriesTrailer(body.join('\n'), wanted.trailer)) continue;
    const commit = head.slice('commit '.length);
    if (await touches(git, commit, wanted.path)) return commit;
  }
  return undefined;
}

async function touches(git: Git, commit: string, path: string): Promise<boolean> {
  const { stdout } = await callGit(git, [
    'diff-tree',
    '-r',
    '-z',
    '--root',
    '--no-commit-id',
    '--name-only',
    commit,
    '--',
    path,
  ]);
  return stdout.length > 0;
}
