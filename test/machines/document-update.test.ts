import { describe, expect, it } from 'vitest';
import type { EventObject } from 'xstate';
import { documentUpdateMachine, type UpdateContext } from '../../src/machines/index.ts';
import { done, explore, failed, timer, walk } from './support.ts';

const input = {
  update: 'u1',
  path: 'changes/x/design.md',
  kind: 'answer',
  reason: 'ann answered',
  draft: 'd1',
  at: '',
  proposer: 'change/x',
  provenance: { author: 'ann' },
  needsApproval: false,
};

const admitted = done('admitUpdate', { kind: 'new' });
const known = done('admitUpdate', { kind: 'known', why: 'was undone before' });
const appliedCopy = done('applyToCopy', { kind: 'applied', before: 'b', after: 'a', hunks: [] });
const refused = done('applyToCopy', { kind: 'refused', why: 'no such line' });
const conflicting = done('applyToCopy', { kind: 'conflict', why: 'somebody wrote there' });
const valid = done('validateCopy', { ok: true });
const invalid = done('validateCopy', { ok: false, why: 'no scenario' });
const ready = done('prepareWrite', { kind: 'ready' });
const busy = done('prepareWrite', { kind: 'waiting', why: 'a merge is under way' });
const wrote = (kind: string) => done('writeFile', { kind, ...(kind === 'conflict' && { why: 'a folder' }) });
const committed = done('commitFile', { kind: 'committed', commit: 'c1' });
const uncommitted = done('commitFile', { kind: 'uncommitted', why: 'auto_commit is off' });
const commitWaits = done('commitFile', { kind: 'waiting', why: 'the index is locked' });
const commitRevoked = done('commitFile', { kind: 'revoked' });
const APPROVE = { type: 'APPROVE', by: 'ann', hunks: [1] };
const REJECT = { type: 'REJECT', why: 'not now' };
const READY = { type: 'REPOSITORY.READY' };
const repositoryPatience = timer('repositoryPatience', 'documentUpdate.waitingForRepository');
const writePatience = timer('writePatience', 'documentUpdate.writing');
const commitPatience = timer('writePatience', 'documentUpdate.committing');

const toBackup: EventObject[] = [admitted, appliedCopy, valid];
const writing: EventObject[] = [...toBackup, ready];
const committing: EventObject[] = [...writing, wrote('written')];
const takingBack: EventObject[] = [...committing, failed('commitFile', 'the hook said no')];

function run(...events: EventObject[]) {
  return walk(documentUpdateMachine, input, events);
}

function runWithApproval(...events: EventObject[]) {
  return walk(documentUpdateMachine, { ...input, needsApproval: true }, events);
}

const everyEvent = [
  ...[admitted, known, appliedCopy, refused, conflicting, valid, invalid, ready, busy],
  ...['written', 'base-changed', 'conflict', 'revoked'].map(wrote),
  ...[committed, uncommitted, commitWaits, commitRevoked, APPROVE, REJECT, READY],
  ...['admitUpdate', 'applyToCopy', 'validateCopy', 'prepareWrite', 'writeFile', 'commitFile'].map((id) =>
    failed(id),
  ),
  ...[repositoryPatience, writePatience, commitPatience],
  ...['proposed', 'applying', 'validating', 'backingUp'].map((state) =>
    timer('stepPatience', `documentUpdate.${state}`),
  ),
];

describe('the machine of an update', () => {
  const facets = ({ attempts, writes, written, approvedBy }: UpdateContext) => [
    Math.min(attempts, 6),
    writes,
    written,
    approvedBy,
  ];
  const alone = explore(documentUpdateMachine, { input, events: everyEvent, facets });
  const asked = explore(documentUpdateMachine, {
    input: { ...input, needsApproval: true },
    events: everyEvent,
    facets,
  });

  it('reaches every state that people are shown', () => {
    expect(asked.states).toEqual(
      [
        ...['proposed', 'applying', 'validating', 'awaitingApproval', 'backingUp', 'writing', 'committing'],
        ...['waitingForRepository', 'applied', 'conflicted', 'rolledBack', 'rejected', 'failed'],
      ].sort(),
    );
    expect(alone.states).toEqual(asked.states.filter((state) => state !== 'awaitingApproval'));
  });

  it('can take every transition that is written down', () => {
    expect(asked.untaken).toEqual([]);
  });
});

describe('an update', () => {
  it('is written and committed by itself where nobody needs to be asked', () => {
    expect(run(...writing).wants).toContain('start writeFile');
    const { state, snapshot, wants } = run(...committing, committed);
    expect(state).toBe('applied');
    expect(snapshot.context).toMatchObject({ commit: 'c1', written: true, note: '' });
    expect(wants).toContain('UPDATE.CHANGED applied → change/x');
  });

  it('waits for a person’s yes before a byte is written, and is applied anew to the file as it is then', () => {
    const waits = runWithApproval(...toBackup);
    expect(waits.state).toBe('awaitingApproval');
    expect(waits.wants).toContain('UPDATE.CHANGED awaitingApproval → change/x');
    const approved = runWithApproval(...toBackup, APPROVE);
    expect(approved.state).toBe('applying');
    expect(approved.snapshot.context).toMatchObject({ approvedBy: 'ann', chosenHunks: [1] });
    expect(runWithApproval(...toBackup, APPROVE, appliedCopy, valid).state).toBe('backingUp');
    expect(runWithApproval(...toBackup, REJECT)).toMatchObject({ state: 'rejected' });
  });

  it.each([
    ['known', [known], 'rejected', 'was undone before'],
    ['refused', [admitted, refused], 'rejected', 'no such line'],
    ['in conflict', [admitted, conflicting], 'conflicted', 'somebody wrote there'],
    ['invalid', [admitted, appliedCopy, invalid], 'rejected', 'no scenario'],
    ['not to be looked at', [failed('admitUpdate', 'disk')], 'failed', 'disk'],
    [
      'never looked at',
      [timer('stepPatience', 'documentUpdate.proposed')],
      'failed',
      'it took longer than an hour',
    ],
  ])('that is %s ends before a byte is written, and says why', (_, events, state, note) => {
    const end = run(...events);
    expect(end.state).toBe(state);
    expect(end.snapshot.context).toMatchObject({ note, written: false });
    expect(end.wants).toContain(`UPDATE.CHANGED ${state} → change/x`);
  });

  it('is rejected at once in every state before the write', () => {
    for (let cut = 0; cut <= toBackup.length; cut += 1) {
      const { state, snapshot } = run(...toBackup.slice(0, cut), REJECT);
      expect(state).toBe('rejected');
      expect(snapshot.context.note).toBe('not now');
    }
    expect(run(...toBackup, busy, REJECT).state).toBe('rejected');
  });

  it('rejected while it writes is only answered by what the write did', () => {
    const asked = run(...writing, REJECT);
    expect(asked.state).toBe('writing');
    expect(asked.wants).toEqual(['stop writeFile']);
    expect(run(...writing, REJECT, wrote('revoked')).state).toBe('rejected');
    expect(run(...writing, REJECT, wrote('written')).state).toBe('committing');
    expect(run(...writing, REJECT, REJECT).wants).toEqual([]);
  });

  it('whose write takes too long asks the sink to revoke it, and takes its answer', () => {
    expect(run(...writing, writePatience)).toMatchObject({ state: 'writing', wants: ['stop writeFile'] });
    const { state, snapshot } = run(...writing, writePatience, wrote('revoked'));
    expect(state).toBe('rejected');
    expect(snapshot.context.note).toBe('the write took too long');
  });

  it('is applied anew when the file changed under it, and gives up after five times', () => {
    const again = [wrote('base-changed'), appliedCopy, valid, ready];
    expect(run(...writing, wrote('base-changed')).state).toBe('applying');
    const four = [...again, ...again, ...again, ...again];
    expect(run(...writing, ...four).state).toBe('writing');
    expect(run(...writing, ...four, wrote('base-changed')).state).toBe('conflicted');
  });

  it('that was not written yet waits for the repository and begins at the backup again', () => {
    for (const go of [READY, repositoryPatience]) {
      expect(run(...toBackup, busy, go).state).toBe('backingUp');
    }
  });

  it('looks at a busy repository more and more rarely, and tells its proposer once', () => {
    const looks: EventObject[] = [];
    const waits = Array.from({ length: 7 }, () => {
      const { delaysMs, wants } = run(...toBackup, busy, ...looks);
      looks.push(repositoryPatience, busy);
      return { delaysMs, wants };
    });
    expect(waits.flatMap(({ delaysMs }) => delaysMs)).toEqual([
      ...[2_000, 5_000, 15_000, 60_000],
      ...[300_000, 300_000, 300_000],
    ]);
    const told = 'UPDATE.CHANGED waitingForRepository → change/x';
    expect(waits.filter(({ wants }) => wants.includes(told))).toEqual(waits.slice(0, 1));
    const later = run(...toBackup, busy, ...looks, READY, ready, wrote('written'), commitWaits);
    expect(later).toMatchObject({ state: 'waitingForRepository', delaysMs: [2_000] });
    expect(later.wants).toContain(told);
  });

  it('that is written waits for the repository and only commits, and cannot be rejected any more', () => {
    for (const go of [READY, repositoryPatience]) {
      expect(run(...committing, commitWaits, go).state).toBe('committing');
    }
    expect(run(...committing, commitWaits, REJECT).state).toBe('waitingForRepository');
    expect(run(...committing, REJECT).state).toBe('committing');
  });

  it('stands though it could not be committed, and says why', () => {
    expect(run(...committing, uncommitted).snapshot.context.note).toBe('auto_commit is off');
    const slow = run(...committing, commitPatience, commitRevoked);
    expect(slow.state).toBe('applied');
    expect(slow.snapshot.context.note).toBe('the commit took too long');
  });

  it('whose commit fails for good takes its bytes back, unless somebody has changed them since', () => {
    const back = run(...takingBack);
    expect(back.state).toBe('writing');
    expect(back.wants).toContain('start writeFile');
    expect(back.snapshot.context).toMatchObject({ writes: 'before', note: 'the hook said no' });
    expect(run(...takingBack, wrote('written')).state).toBe('rolledBack');
    expect(run(...takingBack, wrote('base-changed')).state).toBe('conflicted');
  });

  it('that is being taken back is not stopped by a rejection, and is not called rejected when that is revoked', () => {
    expect(run(...takingBack, REJECT)).toMatchObject({ state: 'writing', wants: [] });
    const { state, snapshot } = run(...takingBack, writePatience, wrote('revoked'));
    expect(state).toBe('failed');
    expect(snapshot.context.written).toBe(true);
  });
});
