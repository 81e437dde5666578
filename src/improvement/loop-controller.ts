import { ConflictError, UserError } from '../errors.ts';
import type { TunableName, Tunables } from '../tunables/index.ts';
import { beginTrial } from './begin-trial.ts';
import { type Candidate, candidateFrom } from './candidates.ts';
import { coolingUntilMs } from './cooldown.ts';
import type { FeedbackAnalyzer } from './feedback-analyzer.ts';
import type { ImprovementRecord, ImprovementState, Trial } from './improvement.ts';
import type { ImprovementStore, StoredImprovement } from './improvement-store.ts';
import type { Insight } from './insight.ts';
import { type Judgement, judge } from './judge.ts';
import { assertMayApply } from './permission.ts';
import { isInGroup, stepOf } from './step.ts';

export interface LoopControllerOptions {
  analyzer: FeedbackAnalyzer;
  tunables: Tunables;
  store: ImprovementStore;
  /** feedback_loop.mode */
  mode: 'off' | 'suggest' | 'auto';
  /** feedback_loop.improvement_threshold */
  threshold: number;
  /** feedback_loop.accept */
  accept: 'strict' | 'accumulate';
  /** ms since the epoch */
  nowMs(): Promise<number>;
}

const endings = {
  keep: { state: 'kept', word: 'kept' },
  harmful: { state: 'rolledBack', word: 'rolled back' },
  unproven: { state: 'rejected', word: 'not proven' },
} as const;
const ends: readonly ImprovementState[] = ['kept', 'rejected', 'rolledBack'];

/** Takes improvements from a proposal to a decision. It alone sets tunables, and it never keeps what is not proven. */
export class LoopController {
  readonly #o: LoopControllerOptions;

  constructor(options: LoopControllerOptions) {
    this.#o = options;
  }

  /** Writes down the steps that the insights point at; one that is under way for a tunable stands for it. */
  async propose(insights: readonly Insight[]): Promise<ImprovementRecord[]> {
    const { mode, threshold, tunables, store } = this.#o;
    if (mode === 'off' || (await tunables.paused()) !== undefined) return [];
    const values = new Map((await tunables.all()).map(({ name, value }) => [name, value]));
    const proposed: ImprovementRecord[] = [];
    for (const insight of insights) {
      const candidate = candidateFrom(insight, { values, threshold });
      if (candidate === undefined || (await this.#cooling(candidate.tunable))) continue;
      const standing = await store.underWay(candidate.tunable);
      const found = standing === undefined ? undefined : await store.get(standing);
      const record =
        found === undefined ? await this.#write(candidate) : await this.#stillFits(found, candidate);
      if (record?.state === 'awaitingApproval') proposed.push(record);
    }
    return proposed;
  }

  /** One that waits while the value that it steps from is no more would wait for ever. */
  async #stillFits(found: StoredImprovement, { from }: Candidate): Promise<ImprovementRecord> {
    const step = stepOf(found.record);
    if (found.record.state !== 'awaitingApproval' || step.from === from) return found.record;
    return this.#end(found, {
      state: 'rejected',
      decision: `${step.name} is ${from} by now, not ${step.from}`,
    });
  }

  async #cooling(tunable: TunableName): Promise<boolean> {
    const all = (await this.#o.store.all()).map(({ record }) => record);
    const own = all.filter(({ state, tunables }) => ends.includes(state) && tunables[0]?.name === tunable);
    return coolingUntilMs(own) > (await this.#o.nowMs());
  }

  async #write(candidate: Candidate): Promise<ImprovementRecord | undefined> {
    const { tunable, from, to, insight, predicted } = candidate;
    const number = await this.#o.store.nextNumber(tunable);
    const id = `improve-${tunable.replaceAll(/[._]/g, '-')}-${number}`;
    const record: ImprovementRecord = {
      id,
      state: 'awaitingApproval',
      change: id,
      tunables: [{ name: tunable, from, to }],
      predicted,
      insight,
      proposed_at: await this.#now(),
    };
    return (await this.#o.store.create(record, tunable)) ? record : undefined;
  }

  /** Fixes how it will be judged, sets the tunable, and begins to measure. */
  async apply(id: string, { by }: { by: string }): Promise<ImprovementRecord> {
    const { analyzer, tunables, mode, threshold, accept, nowMs } = this.#o;
    const seen = await this.#mustBe(id, ['awaitingApproval']);
    const step = stepOf(seen.record);
    assertMayApply(id, { by, mode, step });
    await tunables.assertNotPaused();
    const now = await tunables.get(step.name);
    if (now !== step.from)
      throw new ConflictError(`${step.name} is ${now} by now, not ${step.from}: ${id} does not fit`);
    const [atMs, changes] = [await nowMs(), await tunables.history()];
    const trial = await beginTrial(seen.record, analyzer, { atMs, changes, threshold, accept });
    const adopting = await this.#save(seen, {
      ...seen.record,
      state: 'adopting',
      trial,
      applied_at: new Date(trial.applied_at_ms).toISOString(),
      applied_by: by,
    });
    try {
      await tunables.set(step.name, step.to, { improvement: id, by });
    } catch (error) {
      await this.#save(adopting, seen.record);
      throw error;
    }
    try {
      return (await this.#save(adopting, { ...adopting.record, state: 'probation' })).record;
    } catch (error) {
      // Somebody stopped it before it was set: nothing may stay in force that nobody watches.
      await tunables.revert(id, { by: 'specloop' });
      throw error;
    }
  }

  /** Looks at the observations so far, and decides when they do. */
  async measure(id: string): Promise<Judgement & { record: ImprovementRecord }> {
    const { analyzer, tunables, nowMs } = this.#o;
    const seen = await this.#mustBe(id, ['probation', ...ends]);
    const { record } = seen;
    const { trial } = record;
    if (record.state !== 'probation' || trial === undefined) return { ...decided(record), record };
    const disturbance = await this.#disturbance(record, trial);
    if (disturbance !== undefined) {
      await this.#takeBack(id);
      const why = `not measurable: ${disturbance}`;
      return {
        verdict: 'unproven',
        why,
        record: await this.#end(seen, { state: 'rolledBack', decision: why }),
      };
    }
    const window = { fromMs: trial.applied_at_ms, toMs: (await nowMs()) + 1 };
    const { neededPerson, overturned } = await analyzer.outcomes(window);
    const judgement = judge(trial, { after: neededPerson, overturned, effect: record.predicted.effect });
    const { measured } = judgement;
    const known: StoredImprovement = { raw: seen.raw, record: { ...record, ...(measured && { measured }) } };
    const paused = await tunables.paused();
    if (judgement.verdict === 'inconclusive' || (judgement.verdict === 'keep' && paused !== undefined)) {
      const why = paused === undefined ? judgement.why : `${judgement.why}; nothing is kept while ${paused}`;
      return {
        ...judgement,
        verdict: 'inconclusive',
        why,
        record: (await this.#save(known, known.record)).record,
      };
    }
    const { verdict, why } = judgement;
    if (verdict !== 'keep') await this.#takeBack(id);
    const { state, word } = endings[verdict];
    return { ...judgement, record: await this.#end(known, { state, verdict, decision: `${word}: ${why}` }) };
  }

  /** What else changed since it was applied, so that nobody can tell what came of what. */
  async #disturbance(
    record: ImprovementRecord,
    { applied_at_ms: sinceMs }: Trial,
  ): Promise<string | undefined> {
    const { tunables } = this.#o;
    const { name, to, group } = stepOf(record);
    const changes = await tunables.history();
    const other = changes.find(
      (change) =>
        isInGroup(change.name, group) && change.improvement !== record.id && Date.parse(change.at) >= sinceMs,
    );
    if (other !== undefined) return `${other.name} was set to ${other.to} by ${other.by} in the meantime`;
    const now = await tunables.get(name);
    return now === to ? undefined : `${name} was configured to ${now} in the meantime`;
  }

  /** Takes back what is still its own: what somebody else has set since stays as they want it. */
  async #takeBack(id: string): Promise<void> {
    await this.#o.tunables.revert(id, { by: 'specloop' }).catch((error: unknown) => {
      if (!(error instanceof ConflictError)) throw error;
    });
  }

  /** Ends an improvement and takes its tunable back, whatever it has shown. */
  async stop(id: string, o: { by: string; why?: string }): Promise<ImprovementRecord> {
    const seen = await this.#mustBe(id, ['awaitingApproval', 'adopting', 'probation', 'kept']);
    const because = o.why === undefined ? '' : `: ${o.why}`;
    if (seen.record.state === 'awaitingApproval') {
      return this.#end(seen, { state: 'rejected', decision: `rejected by ${o.by}${because}` });
    }
    await this.#o.tunables.revert(id, { by: o.by });
    return this.#end(seen, { state: 'rolledBack', decision: `stopped by ${o.by}${because}` });
  }

  /** For the process that holds the root, at its start: what was cut off while being applied is as if it had not begun. */
  async recover(): Promise<void> {
    for (const seen of await this.#o.store.all()) {
      if (seen.record.state !== 'adopting') continue;
      await this.#o.tunables.revert(seen.record.id, { by: 'specloop' });
      const { trial: _, applied_at: __, applied_by: ___, ...proposed } = seen.record;
      await this.#save(seen, { ...proposed, state: 'awaitingApproval' });
    }
  }

  /** The kill switch: nothing is tuned from now on, and what is not proven yet is taken back. */
  async pause(by: string): Promise<void> {
    await this.#o.tunables.pauseImproving(by);
    for (const { record } of await this.#o.store.all()) {
      const { id, state } = record;
      if (state === 'adopting' || state === 'probation')
        await this.stop(id, { by, why: 'improving was paused' });
    }
  }

  async #mustBe(id: string, states: readonly ImprovementState[]): Promise<StoredImprovement> {
    const seen = await this.#o.store.get(id);
    if (seen === undefined) {
      const next = 'specloop improvements lists them';
      throw new UserError('there is no such improvement', { which: id, next, code: 'not-found' });
    }
    if (states.includes(seen.record.state)) return seen;
    throw new ConflictError(`${id} is ${seen.record.state}, not ${states.join(' or ')}`);
  }

  #save(seen: StoredImprovement, record: ImprovementRecord): Promise<StoredImprovement> {
    const { name, group } = stepOf(record);
    return this.#o.store.replace(seen, record, { tunable: name, group });
  }

  async #end(
    seen: StoredImprovement,
    end: Pick<ImprovementRecord, 'state' | 'decision' | 'verdict'>,
  ): Promise<ImprovementRecord> {
    return (await this.#save(seen, { ...seen.record, ...end, ended_at: await this.#now() })).record;
  }

  async #now(): Promise<string> {
    return new Date(await this.#o.nowMs()).toISOString();
  }
}

/** What was decided before; an end without a verdict, as when a person stopped it, has proven nothing. */
function decided({ verdict = 'unproven', decision = '', measured }: ImprovementRecord): Judgement {
  return { verdict, why: decision, ...(measured && { measured }) };
}
