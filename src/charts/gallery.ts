import type { AnyStateMachine } from 'xstate';
import { changeMachine, documentUpdateMachine, questionMachine } from '../machines/index.ts';
import type { Chart } from './chart.ts';
import { machineDefinition } from './definition.ts';
import { pictureOf } from './picture.ts';
import { readMachine } from './read-machine.ts';
import type { Picture } from './shapes.ts';

/** A machine of ours with all that can be shown of it. */
export interface Exhibit {
  chart: Chart;
  picture: Picture;
  /** JSON for the Stately editor */
  definition: string;
}

const machines: readonly AnyStateMachine[] = [changeMachine, questionMachine, documentUpdateMachine];

let exhibits: ReadonlyMap<string, Exhibit> | undefined;

/** Every machine by its id, drawn at the first call and then kept: machines do not change while a process runs. */
export function gallery(): ReadonlyMap<string, Exhibit> {
  exhibits ??= new Map(
    machines.map((machine) => {
      const chart = readMachine(machine);
      return [machine.id, { chart, picture: pictureOf(chart), definition: machineDefinition(machine) }];
    }),
  );
  return exhibits;
}
