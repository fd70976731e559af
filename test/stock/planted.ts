import type { Operation } from '@criteo-sdk/core';
import type { OurCall, Plant } from './ours.ts';

/** A fault of one call, and the part of the request in which it shows. */
export interface PlantedFault {
  readonly name: string;
  readonly part: string;
  /** Can a call have it at all? */
  readonly fits: (call: OurCall) => boolean;
  readonly plant: Plant;
}

type Field = NonNullable<Operation['form']>[number];

const given = ({ params }: OurCall, name: string | undefined): boolean =>
  name !== undefined && params[name] !== undefined;

const queryNames = ({ operation: { query = [] } }: OurCall): string[] =>
  query.map((parameter) => (typeof parameter === 'string' ? parameter : parameter.name));

const without = (params: OurCall['params'], name: string | undefined): OurCall['params'] =>
  Object.fromEntries(Object.entries(params).filter(([key]) => key !== name));

const withOperation = (call: OurCall, changes: Partial<Operation>): OurCall => ({
  ...call,
  operation: { ...call.operation, ...changes },
});

const renamed = ([first, ...others]: readonly Field[]): Field[] =>
  first ? [{ ...first, as: `${first.as ?? first.name}-x` }, ...others] : [];

export const PLANTED: readonly PlantedFault[] = [
  {
    name: 'another method',
    part: 'method',
    fits: () => true,
    plant: (call) =>
      withOperation(call, { method: call.operation.method === 'PUT' ? 'PATCH' : 'PUT' }),
  },
  {
    name: 'another segment in the path',
    part: 'path',
    fits: () => true,
    plant: (call) => withOperation(call, { path: call.operation.path.replace(/^\/[^/]+/, '$&x') }),
  },
  {
    name: 'a query parameter under another name',
    part: 'query',
    fits: (call) => given(call, queryNames(call)[0]),
    plant: (call) => {
      const [first, ...others] = call.operation.query ?? [];
      const [name = ''] = queryNames(call);
      const parameter = typeof first === 'string' ? { name } : { ...first, name };
      return withOperation(call, { query: [{ ...parameter, as: `${name}-x` }, ...others] });
    },
  },
  {
    name: 'a query parameter is missing',
    part: 'query',
    fits: (call) => given(call, queryNames(call)[0]),
    plant: (call) => ({ ...call, params: without(call.params, queryNames(call)[0]) }),
  },
  {
    name: 'a list in one value',
    part: 'query',
    fits: (call) => queryNames(call).some((name) => Array.isArray(call.params[name])),
    plant: (call) =>
      withOperation(call, {
        query: (call.operation.query ?? []).map((parameter) => ({
          ...(typeof parameter === 'string' ? { name: parameter } : parameter),
          style: 'comma',
        })),
      }),
  },
  {
    name: 'a form field under another name',
    part: 'body',
    fits: ({ operation }) => operation.form !== undefined,
    plant: (call) => withOperation(call, { form: renamed(call.operation.form ?? []) }),
  },
  {
    name: 'a form field is missing',
    part: 'body',
    fits: ({ operation }) => operation.form !== undefined,
    plant: (call) => ({ ...call, params: without(call.params, call.operation.form?.[0]?.name) }),
  },
  {
    name: 'a part under another name',
    part: 'body',
    fits: ({ operation }) => operation.multipart !== undefined,
    plant: (call) => withOperation(call, { multipart: renamed(call.operation.multipart ?? []) }),
  },
  {
    name: 'no body',
    part: 'body',
    fits: (call) => given(call, 'body'),
    plant: (call) => ({ ...call, params: without(call.params, 'body') }),
  },
  {
    name: 'a member of the body is missing',
    part: 'body',
    fits: ({ params: { body } }) => Object.keys(body ?? {}).length > 0,
    plant: ({ params: { body, ...params }, ...call }) => ({
      ...call,
      params: { ...params, body: Array.isArray(body) ? body.slice(1) : withoutFirst(body) },
    }),
  },
  {
    name: 'another content type',
    part: 'content-type',
    fits: (call) => given(call, 'body'),
    plant: (call) => ({ ...call, headers: { 'content-type': 'text/json' } }),
  },
  {
    name: 'another type is accepted',
    part: 'accept',
    fits: () => true,
    plant: (call) => ({ ...call, headers: { accept: 'application/pdf' } }),
  },
  {
    name: 'a header more',
    part: 'x-more',
    fits: () => true,
    plant: (call) => ({ ...call, headers: { 'x-more': '1' } }),
  },
  {
    name: 'no token',
    part: 'authorization',
    fits: ({ operation }) => operation.auth !== 'none',
    plant: (call) => withOperation(call, { auth: 'none' }),
  },
];

const withoutFirst = (body: unknown): object =>
  Object.fromEntries(Object.entries(body as object).slice(1));
