import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openRepository } from '../../src/git/index.ts';
import { bytesOf, Desk, DOC, edit, lines, put, run, snapshot } from './support.ts';

/** What an arrangement may change of the usual edit: line 5 of the document in `repo`. */
interface Arranged {
  top?: string;
  path?: string;
  after?: string | Buffer | undefined;
  /** what the commit shall hold at the path, where that is not `after` */
  committed?: string | Buffer;
  /** what shall hold afterwards besides the common guarantees */
  check?: () => Promise<void>;
}

interface Situation {
  name: string;
  arrange: (desk: Desk, top: string) => Promise<Arranged | undefined>;
}

const EDITED = lines({ 5: 'edited' });

let desk: Desk;
beforeEach(async () => {
  desk = await Desk.make();
});
afterEach(() => desk.remove());

async function conflictingBranch(top: string): Promise<void> {
  await desk.git(top, 'switch', '-q', '-c', 'side');
  await put(top, 'other.txt', 'side\n');
  await desk.git(top, 'commit', '-q', '-am', 'Side');
  await desk.git(top, 'switch', '-q', 'main');
  await put(top, 'other.txt', 'main\n');
  await desk.git(top, 'commit', '-q', '-am', 'Main');
}

async function plantEverywhere(top: string, file: string): Promise<void> {
  const script = await desk.plant();
  const config = `
[core]
	hooksPath = ${join(desk.folder, 'hooks')}
	fsmonitor = ${script}
	sshCommand = ${script}
	editor = ${script}
	pager = ${script}
[credential]
	helper = ${script}
[diff]
	external = ${script}
[diff "planted"]
	command = ${script}
	textconv = ${script}
[merge "planted"]
	driver = ${script}
[trailer "Specloop-Update"]
	cmd = ${script}
	command = ${script}
[gpg]
	program = ${script}
[gpg "ssh"]
	program = ${script}
	defaultKeyCommand = ${script}
[alias]
	commit-tree = !${script}
	update-index = !${script}
[filter "p=q"]
	clean = ${script}
	smudge = ${script}
	required = true
[hook "reference-transaction"]
	event = reference-transaction
	command = ${script}
[hook "odd"]
	event = post-index-change
	command = ${script}
`;
  await writeFile(file, config);
  await put(
    top,
    '.git/info/attributes',
    '*.txt filter=p=q diff=planted merge=planted\n*.md diff=planted merge=planted\n',
  );
  const names = [
    'reference-transaction',
    'post-index-change',
    'pre-commit',
    'commit-msg',
    'post-commit',
    'prepare-commit-msg',
  ];
  for (const folder of [join(desk.folder, 'hooks'), join(top, '.git', 'hooks')]) {
    await mkdir(folder, { recursive: true });
    for (const name of names) await symlink(script, join(folder, name));
  }
}

const COMMITS: Situation[] = [
  { name: 'nothing else changed', arrange: async () => undefined },
  {
    name: 'other files are staged, unstaged, untracked, intent-to-add and removed',
    arrange: async (desk, top) => {
      await put(top, 'other.txt', 'one\nstaged\nthree\n');
      await desk.git(top, 'add', 'other.txt');
      await put(top, 'other.txt', 'one\nstaged\nthree\nunstaged\n');
      await put(top, 'untracked.txt', 'untracked\n');
      await put(top, 'intended.txt', 'intended\n');
      await desk.git(top, 'add', '-N', 'intended.txt');
      await desk.git(top, 'rm', '-q', 'more.txt');
      return undefined;
    },
  },
  {
    name: 'the file is tracked although ignored',
    arrange: async (_, top) => {
      await put(top, '.git/info/exclude', '*.md\n');
      return undefined;
    },
  },
  {
    name: 'the file is executable',
    arrange: async (desk, top) => {
      await desk.git(top, 'update-index', '--chmod=+x', DOC);
      await desk.git(top, 'commit', '-q', '-m', 'Executable');
      await desk.git(top, 'checkout', '-q', 'HEAD', '--', '.');
      await run('chmod', ['+x', DOC], { cwd: top, env: process.env });
      return undefined;
    },
  },
  {
    name: 'the file has an unstaged hunk far from the edit',
    arrange: async (_, top) => {
      await put(top, DOC, lines({ 15: 'mine' }));
      return { after: lines({ 5: 'edited', 15: 'mine' }), committed: EDITED };
    },
  },
  {
    name: 'the file has an unstaged hunk two lines from the edit',
    arrange: async (_, top) => {
      await put(top, DOC, lines({ 7: 'mine' }));
      return { after: lines({ 5: 'edited', 7: 'mine' }), committed: EDITED };
    },
  },
  {
    name: 'the file has an unstaged chmod',
    arrange: async (_, top) => {
      await run('chmod', ['+x', DOC], { cwd: top, env: process.env });
      return undefined;
    },
  },
  {
    name: 'the file is new, in a new folder',
    arrange: async () => ({ path: 'openspec/changes/new-one/specs/auth/spec.md' }),
  },
  {
    name: 'the file is removed, and its folders with it',
    arrange: async () => ({ after: undefined }),
  },
  {
    name: 'the edit empties the file',
    arrange: async () => ({ after: '' }),
  },
  {
    name: 'the work tree is a linked one',
    arrange: async (desk, top) => {
      const linked = join(desk.folder, 'linked');
      await desk.git(top, 'worktree', 'add', '-q', '-b', 'feature', linked);
      return { top: linked };
    },
  },
  {
    name: 'the work tree is linked to a bare repository',
    arrange: async (desk, top) => {
      const bare = join(desk.folder, 'bare.git');
      const linked = join(desk.folder, 'linked');
      await desk.git(desk.folder, 'clone', '-q', '--bare', top, bare);
      await desk.git(bare, 'worktree', 'add', '-q', '-b', 'feature', linked);
      return { top: linked };
    },
  },
  {
    name: 'the clone is shallow',
    arrange: async (desk, top) => {
      await desk.git(top, 'commit', '-q', '--allow-empty', '-m', 'Second');
      const shallow = join(desk.folder, 'shallow');
      await desk.git(desk.folder, 'clone', '-q', '--depth=1', `file://${top}`, shallow);
      return { top: shallow };
    },
  },
  {
    name: 'the clone is partial and its ssh command hostile',
    arrange: async (desk, top) => {
      await desk.git(top, 'config', 'uploadpack.allowFilter', 'true');
      await put(top, 'large.txt', 'large\n');
      await desk.git(top, 'add', '.');
      await desk.git(top, 'commit', '-q', '-m', 'Large');
      const partial = join(desk.folder, 'partial');
      await desk.git(
        desk.folder,
        'clone',
        '-q',
        '--no-checkout',
        '--filter=blob:none',
        `file://${top}`,
        partial,
      );
      await desk.git(partial, 'sparse-checkout', 'set', 'openspec');
      await desk.git(partial, 'checkout', '-q', 'main');
      await desk.git(partial, 'config', 'remote.origin.url', 'ssh://nowhere.invalid/repo');
      await desk.git(partial, 'config', 'core.sshCommand', await desk.plant());
      return { top: partial };
    },
  },
  {
    name: 'objects are SHA-256',
    arrange: async (desk) => ({ top: await desk.repository('wide', ['--object-format=sha256']) }),
  },
  {
    name: 'refs are packed',
    arrange: async (desk, top) => {
      await desk.git(top, 'pack-refs', '--all');
      return undefined;
    },
  },
  {
    name: 'the branch has a slash and is not ASCII',
    arrange: async (desk, top) => {
      await desk.git(top, 'switch', '-q', '-c', 'häuser/grün');
      return undefined;
    },
  },
  {
    name: 'the repository is a submodule on a branch',
    arrange: async (desk, top) => {
      const outer = await desk.repository('outer');
      await desk.git(outer, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', top, 'sub');
      await desk.git(outer, 'commit', '-q', '-m', 'Add a submodule');
      return {
        top: join(outer, 'sub'),
        check: async () => expect(await desk.git(outer, 'status', '--porcelain')).toBe(' M sub\n'),
      };
    },
  },
  {
    name: 'the index is sparse, in a sparse cone',
    arrange: async (desk, top) => {
      await put(top, 'far/away/file.txt', 'far\n');
      await desk.git(top, 'add', '.');
      await desk.git(top, 'commit', '-q', '-m', 'Far');
      await desk.git(top, 'sparse-checkout', 'set', '--cone', '--sparse-index', 'openspec');
      const sparse = () => desk.git(top, 'ls-files', '--sparse');
      const form = await sparse();
      expect(form).toContain('far/\n');
      return { check: async () => expect(await sparse()).toBe(form) };
    },
  },
  {
    name: 'the index is split',
    arrange: async (desk, top) => {
      await desk.git(top, 'update-index', '--split-index');
      return {
        check: async () => expect(await desk.git(top, 'rev-parse', '--shared-index-path')).not.toBe(''),
      };
    },
  },
  {
    name: 'the configuration splits the index',
    arrange: async (desk, top) => {
      await desk.git(top, 'config', 'core.splitIndex', 'true');
      await desk.git(top, 'update-index', '--refresh');
      return undefined;
    },
  },
  {
    name: 'the index has version 4',
    arrange: async (desk, top) => {
      await desk.git(top, 'update-index', '--index-version', '4');
      return {
        check: async () => expect((await bytesOf(join(top, '.git', 'index')))?.readUInt32BE(4)).toBe(4),
      };
    },
  },
  {
    name: 'the untracked cache is on',
    arrange: async (desk, top) => {
      await desk.git(top, 'update-index', '--force-untracked-cache');
      await put(top, 'untracked.txt', 'untracked\n');
      await desk.git(top, 'status');
      return {
        check: async () => expect((await bytesOf(join(top, '.git', 'index')))?.includes('UNTR')).toBe(true),
      };
    },
  },
  {
    name: 'other files are skip-worktree and assume-unchanged',
    arrange: async (desk, top) => {
      await desk.git(top, 'update-index', '--skip-worktree', 'other.txt');
      await desk.git(top, 'update-index', '--assume-unchanged', 'more.txt');
      await put(top, 'more.txt', 'hidden\n');
      return undefined;
    },
  },
  {
    name: 'hooks, monitors, drivers, helpers and programs are planted in the configuration',
    arrange: async (desk, top) => {
      await plantEverywhere(top, join(desk.folder, 'planted.config'));
      await desk.git(top, 'config', 'include.path', join(desk.folder, 'planted.config'));
      // A racily clean file: whoever writes the index looks into it, through its filter.
      await put(top, 'other.txt', 'ONE\ntwo\nthree\n');
      return undefined;
    },
  },
  {
    name: 'the file has a filter attribute without a driver',
    arrange: async (_, top) => {
      await put(top, '.git/info/attributes', '*.md filter=nobody\n');
      return undefined;
    },
  },
  {
    name: 'the person has a global filter that is for other files',
    arrange: async (desk, top) => {
      await desk.git(top, 'config', '--global', 'filter.lfs.clean', await desk.plant());
      await desk.git(top, 'config', '--global', 'filter.lfs.required', 'true');
      await put(top, '.git/info/attributes', '*.bin filter=lfs\n');
      return undefined;
    },
  },
  {
    name: 'autocrlf is on and the file has CRLF on disk only',
    arrange: async (desk, top) => {
      await desk.git(top, 'config', 'core.autocrlf', 'true');
      await rm(join(top, DOC));
      await desk.git(top, 'checkout', '-q', '--', DOC);
      expect(await readFile(join(top, DOC), 'utf8')).toBe(crlf(lines()));
      return { after: crlf(EDITED), committed: EDITED };
    },
  },
  {
    name: 'eol=crlf is an attribute in the repository',
    arrange: async (desk, top) => {
      await put(top, '.gitattributes', '*.md text eol=crlf\n');
      await desk.git(top, 'add', '.gitattributes');
      await desk.git(top, 'commit', '-q', '-m', 'Attributes');
      await rm(join(top, DOC));
      await desk.git(top, 'checkout', '-q', '--', DOC);
      return { after: crlf(EDITED), committed: EDITED };
    },
  },
  {
    name: 'text=auto stands over a blob that has CRLF',
    arrange: async (desk, top) => {
      await put(top, DOC, crlf(lines()));
      await desk.git(top, 'commit', '-q', '-am', 'CRLF');
      await put(top, '.gitattributes', '* text=auto\n');
      await desk.git(top, 'add', '.gitattributes');
      await desk.git(top, 'commit', '-q', '-m', 'Attributes');
      return { after: crlf(EDITED) };
    },
  },
  {
    name: 'CRLF and an unstaged hunk meet under autocrlf',
    arrange: async (desk, top) => {
      await desk.git(top, 'config', 'core.autocrlf', 'true');
      await put(top, DOC, crlf(lines({ 15: 'mine' })));
      return { after: crlf(lines({ 5: 'edited', 15: 'mine' })), committed: EDITED };
    },
  },
  {
    name: 'safecrlf would refuse the mixed line ends on disk',
    arrange: async (desk, top) => {
      await desk.git(top, 'config', 'core.autocrlf', 'true');
      await put(top, DOC, lines({ 3: 'line 3\r' }));
      await desk.git(top, 'add', DOC);
      await desk.git(top, 'config', 'core.safecrlf', 'true');
      return { after: lines({ 3: 'line 3\r', 5: 'edited' }), committed: EDITED };
    },
  },
  {
    name: 'the file has mixed line ends',
    arrange: async (desk, top) => {
      const mixed = lines({ 3: 'line 3\r', 9: 'line 9\r' });
      await put(top, DOC, mixed);
      await desk.git(top, 'commit', '-q', '-am', 'Mixed');
      return { after: mixed.replace('line 5', 'edited') };
    },
  },
  {
    name: 'ident is an attribute and the edit writes an expanded one',
    arrange: async (desk, top) => {
      await put(top, DOC, lines({ 2: '$Id$' }));
      await desk.git(top, 'commit', '-q', '-am', 'Ident');
      await put(top, '.git/info/attributes', '*.md ident\n');
      const after = lines({ 2: '$Id: 0123456789 $', 5: 'edited' });
      return { after, committed: lines({ 2: '$Id$', 5: 'edited' }) };
    },
  },
  {
    name: 'the file is UTF-16 on disk',
    arrange: async (desk, top) => {
      const wide = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le');
      await put(top, '.gitattributes', '*.md working-tree-encoding=UTF-16LE-BOM\n');
      await put(top, DOC, wide(lines()));
      await desk.git(top, 'add', '.');
      await desk.git(top, 'commit', '-q', '-m', 'Wide');
      return { after: wide(EDITED), committed: EDITED };
    },
  },
  {
    name: 'the repository names a hostile signing program and the key of the person is fine',
    arrange: async (desk, top) => {
      const key = await signingKey(desk, '');
      await desk.git(top, 'config', '--global', 'gpg.format', 'ssh');
      await desk.git(top, 'config', '--global', 'user.signingKey', key);
      await desk.git(top, 'config', 'commit.gpgSign', 'true');
      await desk.git(top, 'config', 'gpg.ssh.program', await desk.plant());
      return {
        check: async () =>
          expect(await desk.git(top, 'cat-file', 'commit', 'HEAD')).toContain('BEGIN SSH SIGNATURE'),
      };
    },
  },
  ...oddNames().map((name) => ({
    name: `the file is called ${JSON.stringify(name.length > 40 ? `${name.slice(0, 20)}… (${name.length})` : name)}`,
    arrange: async (desk: Desk, top: string) => {
      const path = `openspec/${name}`;
      await put(top, path, lines());
      await put(top, 'openspec/s.md', 'small\n');
      await put(top, 'openspec/S.md', 'large\n');
      await put(top, 'openspec/cafe\u0301.md', 'decomposed\n');
      await desk.git(top, 'add', '.');
      await desk.git(top, 'commit', '-q', '-m', 'Odd');
      return { path };
    },
  })),
];

const STAYS: (Situation & { why: RegExp })[] = [
  {
    name: 'an unstaged change is on the same line',
    why: /lines of the edit/,
    arrange: async (_, top) => {
      await put(top, DOC, lines({ 5: 'mine' }));
      return undefined;
    },
  },
  {
    name: 'an unstaged change is on the next line',
    why: /lines of the edit/,
    arrange: async (_, top) => {
      await put(top, DOC, lines({ 6: 'mine' }));
      return { after: lines({ 5: 'edited', 6: 'mine' }) };
    },
  },
  {
    name: 'a change of the file is staged',
    why: /a change of the file is staged/,
    arrange: async (desk, top) => {
      await put(top, DOC, lines({ 15: 'mine' }));
      await desk.git(top, 'add', DOC);
      return { after: lines({ 5: 'edited', 15: 'mine' }) };
    },
  },
  {
    name: 'a chmod of the file is staged',
    why: /file mode is staged/,
    arrange: async (desk, top) => {
      await desk.git(top, 'update-index', '--chmod=+x', DOC);
      return undefined;
    },
  },
  {
    name: 'the removal of the file is staged',
    why: /removal of the file is staged/,
    arrange: async (desk, top) => {
      await desk.git(top, 'rm', '-q', '--cached', DOC);
      return undefined;
    },
  },
  {
    name: 'the file was removed by the person and comes back by the edit',
    why: /removal is not committed/,
    arrange: async (_, top) => {
      await rm(join(top, DOC));
      return undefined;
    },
  },
  {
    name: 'the file is untracked',
    why: /untracked/,
    arrange: async (_, top) => {
      await put(top, 'openspec/new.md', lines());
      return { path: 'openspec/new.md' };
    },
  },
  {
    name: 'the file is only intended to be added',
    why: /never committed/,
    arrange: async (desk, top) => {
      await put(top, 'openspec/new.md', lines());
      await desk.git(top, 'add', '-N', 'openspec/new.md');
      return { path: 'openspec/new.md' };
    },
  },
  {
    name: 'an empty file of the last commit is only intended to be added',
    why: /intended only/,
    arrange: async (desk, top) => {
      await put(top, 'openspec/empty.md', '');
      await desk.git(top, 'add', '.');
      await desk.git(top, 'commit', '-q', '-m', 'Empty');
      await desk.git(top, 'rm', '-q', '--cached', 'openspec/empty.md');
      await desk.git(top, 'add', '-N', 'openspec/empty.md');
      return { path: 'openspec/empty.md' };
    },
  },
  {
    name: 'a new file stands at an ignored path',
    why: /ignored/,
    arrange: async (_, top) => {
      await put(top, '.git/info/exclude', 'drafts/\n');
      return { path: 'openspec/drafts/new.md' };
    },
  },
  {
    name: 'the branch has no commit yet',
    why: /no commit yet/,
    arrange: async (desk) => {
      const top = join(desk.folder, 'unborn');
      await mkdir(top);
      await desk.git(top, 'init', '-q');
      await put(top, DOC, lines());
      return { top };
    },
  },
  {
    name: 'the clone has no checkout and no index',
    why: /no index/,
    arrange: async (desk, top) => {
      const clone = join(desk.folder, 'clone');
      await desk.git(desk.folder, 'clone', '-q', '-n', top, clone);
      await put(clone, DOC, lines());
      return { top: clone };
    },
  },
  {
    name: 'the last commit is replaced',
    why: /replaced/,
    arrange: async (desk, top) => {
      const head = (await desk.git(top, 'rev-parse', 'HEAD')).trim();
      await desk.git(top, 'commit', '-q', '--amend', '-m', 'Other');
      const other = (await desk.git(top, 'rev-parse', 'HEAD')).trim();
      await desk.git(top, 'reset', '-q', '--soft', head);
      await desk.git(top, 'replace', head, other);
      return undefined;
    },
  },
  {
    name: 'the file is assume-unchanged',
    why: /flags/,
    arrange: async (desk, top) => {
      await desk.git(top, 'update-index', '--assume-unchanged', DOC);
      return undefined;
    },
  },
  {
    name: 'the file is skip-worktree',
    why: /flags/,
    arrange: async (desk, top) => {
      await desk.git(top, 'update-index', '--skip-worktree', DOC);
      return undefined;
    },
  },
  {
    name: 'a filter with a command applies to the file',
    why: /filter "lfs"/,
    arrange: async (desk, top) => {
      await put(top, '.git/info/attributes', '*.md filter=lfs\n');
      await desk.git(top, 'config', 'filter.lfs.clean', await desk.plant());
      await desk.git(top, 'config', 'filter.lfs.required', 'true');
      return undefined;
    },
  },
  {
    name: 'the signing key is missing',
    why: /./,
    arrange: async (desk, top) => {
      await desk.git(top, 'config', 'gpg.format', 'ssh');
      await desk.git(top, 'config', 'user.signingKey', join(desk.folder, 'no-such-key'));
      await desk.git(top, 'config', 'commit.gpgSign', 'true');
      return undefined;
    },
  },
  {
    name: 'the signing key has a passphrase and no agent',
    why: /./,
    arrange: async (desk, top) => {
      await desk.git(top, 'config', 'gpg.format', 'ssh');
      await desk.git(top, 'config', 'user.signingKey', await signingKey(desk, 'secret'));
      await desk.git(top, 'config', 'commit.gpgSign', 'true');
      return undefined;
    },
  },
  {
    name: 'no identity is configured',
    why: /no (?:email|name) was given/,
    arrange: async (desk) => {
      await writeFile(join(desk.home, '.gitconfig'), '');
      return undefined;
    },
  },
  {
    name: 'the file is a symbolic link',
    why: /symbolic link/,
    arrange: async (desk, top) => {
      await symlink('../other.txt', join(top, 'openspec/link.md'));
      await desk.git(top, 'add', '.');
      await desk.git(top, 'commit', '-q', '-m', 'Link');
      return { path: 'openspec/link.md' };
    },
  },
];

const WAITS: (Situation & { why: RegExp })[] = [
  {
    name: 'a merge is in progress',
    why: /merge in progress/,
    arrange: async (desk, top) => {
      await conflictingBranch(top);
      await desk.tryGit(top, 'merge', 'side');
      return undefined;
    },
  },
  {
    name: 'a merge waits for its commit, without conflicts',
    why: /merge in progress/,
    arrange: async (desk, top) => {
      await desk.git(top, 'switch', '-q', '-c', 'side');
      await desk.git(top, 'commit', '-q', '--allow-empty', '-m', 'Side');
      await desk.git(top, 'switch', '-q', 'main');
      await desk.git(top, 'merge', '-q', '--no-ff', '--no-commit', 'side');
      return undefined;
    },
  },
  {
    name: 'a cherry-pick is in progress',
    why: /cherry-pick in progress/,
    arrange: async (desk, top) => {
      await conflictingBranch(top);
      await desk.tryGit(top, 'cherry-pick', 'side');
      return undefined;
    },
  },
  {
    name: 'a revert is in progress',
    why: /revert in progress/,
    arrange: async (desk, top) => {
      await desk.git(top, 'commit', '-q', '--allow-empty', '-m', 'Empty');
      await put(top, 'other.txt', 'other\n');
      await desk.git(top, 'commit', '-q', '-am', 'One');
      await put(top, 'other.txt', 'another\n');
      await desk.git(top, 'commit', '-q', '-am', 'Two');
      await desk.tryGit(top, 'revert', '--no-edit', 'HEAD~1');
      return undefined;
    },
  },
  {
    name: 'a rebase is in progress',
    why: /rebase in progress/,
    arrange: async (desk, top) => {
      await conflictingBranch(top);
      await desk.tryGit(top, 'rebase', 'side');
      return undefined;
    },
  },
  {
    name: 'a bisect is in progress',
    why: /bisect in progress/,
    arrange: async (desk, top) => {
      await desk.git(top, 'bisect', 'start');
      return undefined;
    },
  },
  {
    name: 'HEAD is detached',
    why: /detached/,
    arrange: async (desk, top) => {
      await desk.git(top, 'switch', '-q', '--detach');
      return undefined;
    },
  },
  {
    name: 'a stash pop left unmerged entries',
    why: /unmerged entries in the index: other.txt/,
    arrange: async (desk, top) => {
      await put(top, 'other.txt', 'stashed\n');
      await desk.git(top, 'stash', '-q');
      await put(top, 'other.txt', 'main\n');
      await desk.git(top, 'commit', '-q', '-am', 'Main');
      await desk.tryGit(top, 'stash', 'pop');
      return undefined;
    },
  },
  {
    name: 'the branch is checked out in another work tree too',
    why: /another work tree/,
    arrange: async (desk, top) => {
      await desk.git(top, 'worktree', 'add', '-q', '--force', join(desk.folder, 'second'), 'main');
      return undefined;
    },
  },
  {
    name: 'the repository is a detached submodule',
    why: /detached/,
    arrange: async (desk, top) => {
      const outer = await desk.repository('outer');
      await desk.git(outer, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', top, 'sub');
      await desk.git(join(outer, 'sub'), 'switch', '-q', '--detach');
      return { top: join(outer, 'sub') };
    },
  },
  {
    name: 'another process holds index.lock',
    why: /index.lock/,
    arrange: async (_, top) => {
      await put(top, '.git/index.lock', '');
      return undefined;
    },
  },
  {
    name: 'the person has the editor of a commit open',
    why: /commit message is being written/,
    arrange: async (_, top) => {
      await put(top, '.git/COMMIT_EDITMSG', '\n# Please enter the commit message\n');
      return undefined;
    },
  },
];

describe('an edit is committed, alone, and everything of the person stays as it was, when', () => {
  test.for(named(COMMITS))('%s', async ([, { arrange }]) => {
    const start = await desk.repository();
    const arranged = (await arrange(desk, start)) ?? {};
    const top = arranged.top ?? start;
    const path = arranged.path ?? DOC;
    const after = 'after' in arranged ? arranged.after : EDITED;
    const before = await snapshot(desk, top);
    await rm(desk.marker, { force: true });

    const result = await edit(desk, top, { path, after });

    expect(await bytesOf(desk.marker)).toBe(undefined);
    expect(result).toMatchObject({ kind: 'committed' });
    const now = await snapshot(desk, top);
    expect((await bytesOf(join(top, path)))?.toString('latin1')).toBe(
      after === undefined ? undefined : latin1(after),
    );
    expect(await desk.git(top, 'rev-parse', 'HEAD^')).toBe(before.head);
    expect(
      (await desk.git(top, 'diff-tree', '-r', '-z', '--name-only', 'HEAD^', 'HEAD')).split('\0'),
    ).toEqual([Buffer.from(path).toString('latin1'), '']);
    if (after === undefined) expect(now.entries).not.toContain(path);
    else {
      const committed = await desk.git(top, 'cat-file', 'blob', `HEAD:${path}`);
      expect(committed).toBe(latin1(arranged.committed ?? after));
    }
    expect(now.branch).toBe(before.branch);
    expect(changedLines(now.staged)).toEqual(changedLines(before.staged));
    expect(changedLines(now.unstaged)).toEqual(changedLines(before.unstaged));
    expect(statusPaths(now.status)).toEqual(statusPaths(before.status));
    expect(entriesBut(now.entries, path)).toEqual(entriesBut(before.entries, path));
    expect(now).toMatchObject({ lock: false, spares: [] });
    expect((await desk.tryGit(top, 'fsck', '--connectivity-only')).code).toBe(0);
    await arranged.check?.();
  });
});

describe('the file is written, not committed, and the repository untouched, when', () => {
  test.for(named(STAYS))('%s', async ([, { arrange, why }]) => {
    const start = await desk.repository();
    const arranged = (await arrange(desk, start)) ?? {};
    const top = arranged.top ?? start;
    const path = arranged.path ?? DOC;
    const after = arranged.after ?? EDITED;
    const before = await snapshot(desk, top);
    await rm(desk.marker, { force: true });

    const result = await edit(desk, top, { path, after });

    expect(await bytesOf(desk.marker)).toBe(undefined);
    expect(result).toEqual({ kind: 'uncommitted', why: expect.stringMatching(why) });
    expect((await bytesOf(join(top, path)))?.toString('latin1')).toBe(latin1(after));
    const now = await snapshot(desk, top);
    const { index, head, branch, refs, entries, staged } = before;
    expect(now).toMatchObject({ index, head, branch, refs, entries, staged, lock: false, spares: [] });
  });
});

describe('nothing is written, and the edit waits, when', () => {
  test.for(named(WAITS))('%s', async ([, { arrange, why }]) => {
    const start = await desk.repository();
    const arranged = (await arrange(desk, start)) ?? {};
    const top = arranged.top ?? start;
    const before = await snapshot(desk, top);

    const result = await edit(desk, top, { after: EDITED });

    expect(result).toEqual({ kind: 'waiting', why: expect.stringMatching(why) });
    expect(await snapshot(desk, top)).toEqual(before);
  });
});

describe('no repository is used, and git says why, when', () => {
  const refusals: [string, RegExp, (desk: Desk, top: string) => Promise<string>][] = [
    ['the folder is in none', /not in a git repository/, async (desk) => desk.home],
    [
      'the repository is bare',
      /bare|not in a git repository/,
      async (desk, top) => {
        await desk.git(desk.folder, 'clone', '-q', '--bare', top, join(desk.folder, 'bare.git'));
        return join(desk.folder, 'bare.git');
      },
    ],
    [
      'a bare look-alike stands inside the documents',
      /bare/,
      async (desk, top) => {
        await desk.git(desk.folder, 'clone', '-q', '--bare', top, join(top, 'openspec', 'trap'));
        await desk.git(join(top, 'openspec', 'trap'), 'config', 'core.fsmonitor', await desk.plant());
        return join(top, 'openspec', 'trap');
      },
    ],
    [
      'core.worktree points elsewhere',
      /but .git stands in/,
      async (desk, top) => {
        await desk.git(top, 'config', 'core.worktree', desk.folder);
        return join(top, 'openspec');
      },
    ],
    [
      'the repository has an extension that git does not know',
      /unknown repository extension/,
      async (desk, top) => {
        await desk.git(top, 'config', 'core.repositoryFormatVersion', '1');
        await desk.git(top, 'config', 'extensions.fromTheFuture', 'true');
        return top;
      },
    ],
    [
      'the folder is inside the git directory',
      /git directory|bare repository/,
      async (_, top) => join(top, '.git', 'refs'),
    ],
  ];
  if (process.getuid?.() === 0) {
    refusals.push([
      'the repository belongs to somebody else',
      /dubious ownership/,
      async (_, top) => {
        await run('chown', ['-R', '12345', top], { cwd: dirname(top), env: process.env });
        return top;
      },
    ]);
  }
  test.for(refusals)('%s', async ([, why, arrange]) => {
    const folder = await arrange(desk, await desk.repository());
    expect(await openRepository(folder)).toEqual({ kind: 'none', why: expect.stringMatching(why) });
    expect(await bytesOf(desk.marker)).toBe(undefined);
  });
});

/** `$name` would cut long names off. */
function named<T extends Situation>(situations: readonly T[]): [string, T][] {
  return situations.map((situation) => [situation.name, situation]);
}

function crlf(text: string): string {
  return text.replaceAll('\n', '\r\n');
}

function latin1(content: string | Buffer): string {
  return Buffer.from(content).toString('latin1');
}

/** The added and removed lines of a patch: ids and context change when the file below them does. */
function changedLines(patch: string): string[] {
  return patch
    .split('\n')
    .filter((line) => /^(?:[+-](?!\+\+|--)|old mode|new mode|new file|deleted file)/.test(line));
}

/** State and path of each entry, without the ids. */
function statusPaths(status: string): string[] {
  return status.split('\0').map((record) => {
    const fields = record.split(' ');
    return fields[0] === '1' ? `${fields[1]} ${fields.slice(8).join(' ')}` : record;
  });
}

function entriesBut(entries: string, path: string): string[] {
  return entries
    .split('\0')
    .filter((record) => !record.endsWith(`\t${Buffer.from(path).toString('latin1')}`));
}

async function signingKey(desk: Desk, passphrase: string): Promise<string> {
  const key = join(desk.folder, 'signing-key');
  const made = await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', key], {
    cwd: desk.folder,
    env: process.env,
  });
  if (made.code !== 0) throw new Error(made.stderr);
  return key;
}

function oddNames(): string[] {
  return [
    'new\nline.md',
    '-rf.md',
    ':(top)x.md',
    '*.md',
    'a?b[c].md',
    'quote".md',
    "single'.md",
    'tab\t.md',
    'back\\slash.md',
    'trailing .md ',
    '\u202Ertl.md',
    'caf\u00E9.md',
    `${'x'.repeat(252)}.md`,
    '%41.md',
    'größe 🐢.md',
  ];
}
