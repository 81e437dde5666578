import { Hono } from 'hono';
import { UserError } from '../errors.ts';
import type { WorkflowApi } from '../workflow/api.ts';
import { readAsset } from './assets.ts';
import { inspect } from './inspect.ts';
import { changePage } from './views/change.ts';
import { homePage } from './views/home.ts';
import { inspectPage } from './views/inspect.ts';
import { layout } from './views/layout.ts';

const MOST_ITEMS = 200;

/**
 * The dashboard: an application to be mounted on `/`, behind the gate of `src/http`. Pages are rendered here, from the
 * same WorkflowApi as the API; their script sends forms to the API and fetches the page again when something happened.
 */
export function createDashboard(options: { workflow: WorkflowApi }): Hono {
  const { workflow } = options;
  const app = new Hono();

  app.get('/', async (c) => {
    const [health, changes, questions, updates] = await Promise.all([
      workflow.health(),
      workflow.listChanges({ limit: MOST_ITEMS }),
      workflow.listQuestions({ state: 'escalated', limit: MOST_ITEMS }),
      workflow.listUpdates({ limit: MOST_ITEMS }),
    ]);
    const mine = questions.items.filter((question) => question.open_for_people !== false);
    const body = homePage({ changes: changes.items, questions: mine, updates: updates.items });
    return c.html(layout({ title: title(mine.length), health, body }));
  });

  app.get('/changes/:id', async (c) => {
    const id = c.req.param('id');
    const [health, change] = await Promise.all([workflow.health(), workflow.getChange(id)]);
    if (change === undefined) {
      throw new UserError('there is no such change', {
        which: id,
        code: 'not-found',
        next: 'GET / lists them',
      });
    }
    return c.html(layout({ title: `${id} · specloop`, health, body: changePage(change) }));
  });

  app.get('/inspect', async (c) => {
    const [health, inspected] = await Promise.all([workflow.health(), inspect(workflow, c.req.query())]);
    const name = inspected.chosen?.actor.id ?? inspected.exhibit.chart.id;
    const body = inspectPage(inspected);
    return c.html(layout({ title: `${name} · inspector · specloop`, health, body, isWide: true }));
  });

  app.get('/assets/:name', async (c) => {
    const asset = await readAsset(c.req.param('name'));
    if (asset === undefined) return c.notFound();
    return c.body(asset.text, 200, { 'content-type': asset.contentType, 'cache-control': 'no-cache' });
  });
  return app;
}

function title(open: number): string {
  return open === 0 ? 'specloop' : `(${open}) specloop`;
}
