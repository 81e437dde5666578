import { ConflictError, UserError } from '../errors.ts';
import type { TunableName, Tunables } from '../tunables/index.ts';
import { beginTrial } from './begin-trial.ts';
import { type Candidate, candidateFrom } from './candidates.ts';
import { coolingUntilMs } from './cooldown.ts';
import type { FeedbackAnalyzer } from './feedback-analyzer.ts';
import type { ImprovementRecord, ImprovementState } from './improvement.ts';
import type { ImprovementStore, StoredImprovement } from './improvement-store.ts';
import type { Insight } from './insight.ts';
import { type Judgement, judge } from './judge.ts';
import { stepOf } from './step.ts';

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

const personPrefix = 'person:';
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
      const record = standing === undefined ? await this.#write(candidate) : undefined;
      const found = record ?? (standing === undefined ? undefined : (await store.get(standing))?.record);
      if (found?.state === 'awaitingApproval') proposed.push(found);
    }
    return proposed;
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
    const { analyzer, tunables, threshold, accept, nowMs } = this.#o;
    const seen = await this.#mustBe(id, ['awaitingApproval']);
    const step = stepOf(seen.record);
    this.#assertMay(by, { id, needsPerson: step.needsPerson });
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

  #assertMay(by: string, o: { id: string; needsPerson: string | undefined }): void {
    const { mode } = this.#o;
    if (mode === 'off') {
      throw new UserError('improving is off', {
        which: o.id,
        why: 'feedback_loop.mode is off: specloop only measures itself',
        next: 'set feedback_loop.mode to suggest or auto',
        code: 'improving-off',
      });
    }
    if (by.startsWith(personPrefix)) return;
    const why = mode === 'suggest' ? 'feedback_loop.mode is suggest' : o.needsPerson;
    if (why === undefined) return;
    const next = `specloop approve ${o.id}`;
    throw new UserError('this improvement needs a person', { which: o.id, why, next, code: 'needs-person' });
  }

  /** Looks at the observations so far, and decides when they do. */
  async measure(id: string): Promise<Judgement & { record: ImprovementRecord }> {
    const { analyzer, tunables, nowMs } = this.#o;
    const seen = await this.#mustBe(id, ['probation', ...ends]);
    const { record } = seen;
    const { trial } = record;
    if (record.state !== 'probation' || trial === undefined) return { ...decided(record), record };
    const step = stepOf(record);
    if ((await tunables.get(step.name)) !== step.to) {
      const why = `${step.name} was set otherwise in the meantime`;
      return {
        verdict: 'unproven',
        why,
        record: await this.#end(seen, { state: 'rolledBack', decision: why }),
      };
    }
    const { neededPerson, overturned } = await analyzer.outcomes({
      fromMs: trial.applied_at_ms,
      toMs: (await nowMs()) + 1,
    });
    const judgement = judge(trial, { after: neededPerson, overturned, effect: record.predicted.effect });
    const { verdict, measured, why } = judgement;
    const known: StoredImprovement = { raw: seen.raw, record: { ...record, ...(measured && { measured }) } };
    switch (verdict) {
      case 'inconclusive':
        return { ...judgement, record: (await this.#save(known, known.record)).record };
      case 'keep': {
        const paused = await tunables.paused();
        if (paused !== undefined) {
          const held = (await this.#save(known, known.record)).record;
          return {
            ...judgement,
            verdict: 'inconclusive',
            why: `${why}; not kept while ${paused}`,
            record: held,
          };
        }
        return { ...judgement, record: await this.#end(known, { state: 'kept', decision: `kept: ${why}` }) };
      }
      case 'harmful':
        await tunables.revert(id, { by: 'specloop' });
        return {
          ...judgement,
          record: await this.#end(known, { state: 'rolledBack', decision: `rolled back: ${why}` }),
        };
      case 'unproven':
        await tunables.revert(id, { by: 'specloop' });
        return {
          ...judgement,
          record: await this.#end(known, { state: 'rejected', decision: `not proven: ${why}` }),
        };
    }
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
    end: { state: 'kept' | 'rejected' | 'rolledBack'; decision: string },
  ): Promise<ImprovementRecord> {
    return (await this.#save(seen, { ...seen.record, ...end, ended_at: await this.#now() })).record;
  }

  async #now(): Promise<string> {
    return new Date(await this.#o.nowMs()).toISOString();
  }
}

function decided({ state, decision = '', measured }: ImprovementRecord): Judgement {
  const verdict = state === 'kept' ? 'keep' : state === 'rolledBack' ? 'harmful' : 'unproven';
  return { verdict, why: decision, ...(measured && { measured }) };
}
