import { ErrorBody, ERROR_STATUS, routes, type RouteSpec } from '@slipway/contract';
import { z } from 'zod';

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of our own API, made from the contract's table of routes. */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const [operation, spec] of Object.entries<RouteSpec>(routes)) {
    paths[spec.path] = { ...paths[spec.path], [spec.method.toLowerCase()]: describe(operation, spec) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Slipway', version, description: 'Metadata server of Slipway.' },
    security: [{ token: [] }, { user: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' }, user: { type: 'http', scheme: 'basic' } },
      schemas: { ErrorBody: schemaOf(ErrorBody, 'output') }
    }
  };
}

function describe(operation: string, spec: RouteSpec): Json {
  return {
    operationId: operation,
    summary: spec.summary,
    // Who may call it: the scope, and where the request names what must allow it.
    'x-slipway-access': spec.access,
    parameters: [...parametersOf(spec.params, 'path'), ...parametersOf(spec.query, 'query')],
    ...(spec.body === undefined ? {} : { requestBody: { required: true, content: contentOf(spec.body, 'input') } }),
    responses: { 200: { description: 'Done', content: contentOf(spec.answer, 'output') }, ...errorResponses() }
  };
}

function contentOf(body: z.ZodType | 'bytes' | 'events', io: 'input' | 'output'): Json {
  switch (body) {
    case 'bytes':
      return { 'application/octet-stream': {} };
    case 'events':
      return { 'text/event-stream': { schema: { type: 'string' } } };
    default:
      return { 'application/json': { schema: schemaOf(body, io) } };
  }
}

function parametersOf(schema: z.ZodObject | undefined, place: 'path' | 'query'): Json[] {
  return Object.entries(schema?.shape ?? {}).map(([name, type]) => ({
    name,
    in: place,
    required: place === 'path' || !z.safeParse(type as z.ZodType, undefined).success,
    schema: schemaOf(type as z.ZodType, 'input')
  }));
}

function errorResponses(): Json {
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/ErrorBody' } } };
  const byStatus: Record<number, Json> = {};
  for (const [code, status] of Object.entries(ERROR_STATUS)) {
    const before = byStatus[status]?.['description'];
    byStatus[status] = { description: before === undefined ? code : `${String(before)}, ${code}`, content };
  }
  return byStatus;
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
