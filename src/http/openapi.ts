import { z } from 'zod';
import type { RouteDescription } from './route.ts';
import { namedSchemas, problemSchema } from './schemas.ts';

type Json = { [key: string]: unknown };

/** The OpenAPI 3.1 document of a route table. */
export function openApiDocument(routes: readonly RouteDescription[], version: string): Json {
  const components: Json = {};
  const paths: { [path: string]: Json } = {};

  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    const operations = paths[path] ?? {};
    operations[route.method] = operation(route, components);
    paths[path] = operations;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'specloop',
      version,
      description: 'The same application on TCP (bearer token) and on the Unix socket (no token).',
    },
    security: [{ bearer: [] }],
    paths,
    components: { schemas: components, securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
  };
}

function operation(route: RouteDescription, components: Json): Json {
  return {
    summary: route.summary,
    parameters: parameters(route, components),
    ...(route.body === undefined
      ? {}
      : { requestBody: { content: { 'application/json': { schema: jsonSchema(route.body, components) } } } }),
    responses: {
      [route.status]: {
        description: 'done',
        content: { [route.contentType]: { schema: jsonSchema(route.response, components) } },
      },
      default: {
        description: 'a problem (RFC 9457)',
        content: { 'application/problem+json': { schema: jsonSchema(problemSchema, components) } },
      },
    },
  };
}

function parameters(route: RouteDescription, components: Json): Json[] {
  const inPath = route.path.includes(':id')
    ? [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }]
    : [];
  const query = jsonSchema(route.query, components);
  const required = Array.isArray(query.required) ? query.required : [];
  const inQuery = Object.entries(asObject(query.properties)).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
  const idempotency = { name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string' } };
  return [...inPath, ...inQuery, ...(route.method === 'post' ? [idempotency] : [])];
}

/** As the client sends or sees it; named schemas move to the components. */
function jsonSchema(schema: z.ZodType, components: Json): Json {
  const { $schema, $defs, id, ...rest } = asObject(
    JSON.parse(
      JSON.stringify(z.toJSONSchema(schema, { io: 'input', metadata: namedSchemas })).replaceAll(
        '#/$defs/',
        '#/components/schemas/',
      ),
    ),
  );
  for (const [name, definition] of Object.entries(asObject($defs))) components[name] = withoutId(definition);
  if (typeof id !== 'string') return rest;
  components[id] = rest;
  return { $ref: `#/components/schemas/${id}` };
}

function withoutId(definition: unknown): Json {
  const { id, ...rest } = asObject(definition);
  return rest;
}

function asObject(value: unknown): Json {
  return value !== null && typeof value === 'object' ? { ...value } : {};
}
