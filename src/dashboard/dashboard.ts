import { Hono } from 'hono';
import type { WorkflowApi } from '../workflow/api.ts';

/** The dashboard: an application to be mounted on `/`, behind the gate of `src/http`. */
export function createDashboard(options: { workflow: WorkflowApi }): Hono {
  const { workflow } = options;
  const app = new Hono();
  app.get('/', async (c) =>
    c.html(`<!doctype html><title>specloop</title><p>${(await workflow.health()).status}</p>`),
  );
  return app;
}
