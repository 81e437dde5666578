import type { Context } from 'hono';
import { accepts } from 'hono/accepts';
import { z } from 'zod';
import { mermaid, standingOf, svg } from '../charts/index.ts';
import { UserError } from '../errors.ts';
import type { HttpEnv } from './place.ts';
import type { RouteDescription } from './route.ts';
import { exhibited } from './routes/machines.ts';

const MERMAID = 'text/vnd.mermaid';
const SVG = 'image/svg+xml';
const FORMATS = { mermaid: MERMAID, svg: SVG } as const;

export const diagramRoute: RouteDescription = {
  method: 'get',
  path: '/api/machines/:id/diagram',
  summary: 'A machine as Mermaid text, or as SVG where `format` or the header Accept asks for it',
  status: 200,
  contentType: MERMAID,
  query: z.object({
    format: z.enum(['mermaid', 'svg']).optional(),
    state: z.string().optional().describe('the state to mark in the SVG, as an actor has it'),
  }),
  body: undefined,
  response: z.string(),
};

/** Answers with the picture of a machine. Throws a UserError for a machine or a format that is not there. */
export function sendDiagram(c: Context<HttpEnv>): Response {
  const { chart, picture } = exhibited(c.req.param('id') ?? '');
  c.header('vary', 'accept');
  const type = typeOf(c);
  if (type === MERMAID) return c.body(mermaid(chart), 200, { 'content-type': `${MERMAID}; charset=utf-8` });
  const standing = standingOf({ chart, picture }, { state: c.req.query('state') ?? '', past: [] });
  return c.body(svg(picture, { title: `The machine ${chart.id}`, standing }), 200, {
    'content-type': `${SVG}; charset=utf-8`,
  });
}

function typeOf(c: Context<HttpEnv>): string {
  const format = c.req.query('format');
  if (format === undefined) {
    return accepts(c, { header: 'Accept', supports: [MERMAID, SVG], default: MERMAID });
  }
  if (format === 'svg' || format === 'mermaid') return FORMATS[format];
  throw new UserError('there is no such format of a diagram', {
    which: format,
    code: 'usage',
    exitCode: 2,
    next: 'ask for mermaid or svg',
  });
}
