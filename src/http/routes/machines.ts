import { z } from 'zod';
import { type Exhibit, gallery, statesOf } from '../../charts/index.ts';
import { get, noQuery, notFound, type Route } from '../route.ts';
import { machineSchema, pageOf } from '../schemas.ts';

/** The statecharts that actors run, for pictures and for the Stately editor. */
export const machines: Route[] = [
  get({
    path: '/api/machines',
    summary: 'The machines, with their states and the events that they may be sent',
    query: noQuery,
    response: pageOf(machineSchema),
    handle: async () => ({ items: [...gallery().values()].map(summary) }),
  }),

  get({
    path: '/api/machines/:id',
    summary: 'A machine with its definition, which the Stately editor imports',
    query: noQuery,
    response: machineSchema.extend({ definition: z.looseObject({}) }),
    async handle({ id }) {
      const exhibit = exhibited(id);
      return { ...summary(exhibit), definition: JSON.parse(exhibit.definition) };
    },
  }),
];

/** Throws a UserError for a machine that is not there. */
export function exhibited(id: string): Exhibit {
  const exhibit = gallery().get(id);
  if (exhibit === undefined) throw notFound('machine', id, '/api/machines');
  return exhibit;
}

function summary({ chart }: Exhibit): z.infer<typeof machineSchema> {
  const states = statesOf(chart.root).map(({ path }) => path);
  return {
    id: chart.id,
    version: chart.version,
    states: states.filter((path) => path !== ''),
    events: chart.events,
  };
}
