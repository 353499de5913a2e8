import type { Readable } from 'node:stream';
import type { Operation, Routes } from '@slipway/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { View } from '../../governance/access/view.js';
import type { StoredFile } from '../../platform/artifacts/stored-file.js';

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;
type Part<O extends Operation, Name extends string> = Routes[O] extends Record<Name, infer S> ? S : undefined;

/** A request of one operation, checked against the contract. */
export interface ApiRequest<O extends Operation> {
  readonly params: Parsed<Part<O, 'params'>>;
  readonly query: Parsed<Part<O, 'query'>>;
  readonly body: Part<O, 'body'> extends 'bytes' ? Readable : Parsed<Part<O, 'body'>>;
  /** What the caller may see. */
  readonly view: View;
  /** Of the caller in the network. */
  readonly address: string;
  /** Aborts when the caller has gone, or the server stops. */
  readonly signal: AbortSignal;
}

type AnswerOf<O extends Operation> = Routes[O]['answer'] extends 'bytes'
  ? StoredFile
  : Routes[O]['answer'] extends z.ZodType
    ? z.output<Routes[O]['answer']>
    : never;

/** Operations whose answer is a stream that never ends have a handler of their own. */
export type StreamedOperation = { [O in Operation]: Routes[O]['answer'] extends 'events' ? O : never }[Operation];

/** One handler per operation of the contract: one that is missing or answers something else is a type error. */
export type Handlers = {
  readonly [O in Exclude<Operation, StreamedOperation>]: (request: ApiRequest<O>) => Promise<AnswerOf<O>>;
};

export type StreamHandlers = {
  readonly [O in StreamedOperation]: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
};
