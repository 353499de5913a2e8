import type { RouteSpec } from '@slipway/contract';

/** Values for the `{name}` parts of a path and for its query. */
export interface PathValues {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
}

/**
 * The path and query of one request, every value percent-encoded; query values that are `undefined` are left out.
 *
 * @throws Error when a part of the path has no value: a mistake of the caller that types should have prevented.
 */
export function requestPath(route: Pick<RouteSpec, 'path'>, values: PathValues): string {
  const path = route.path.replace(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = values.params?.[name];
    if (value === undefined) {
      throw new Error(`No value for {${name}} in ${route.path}.`);
    }
    return encodeURIComponent(String(value));
  });
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values.query ?? {})) {
    if (value !== undefined) {
      query.append(name, String(value));
    }
  }
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}
