import type { JsonObject } from '../../document.ts';
import { bodies } from './bodies.ts';
import { combined } from './combined.ts';
import { enums } from './enums.ts';
import { kinds } from './kinds.ts';
import { limits } from './limits.ts';
import { maps } from './maps.ts';
import { marks } from './marks.ts';
import { names } from './names.ts';
import { nothingInOperations } from './nothing.ts';
import { nothingInSchemas } from './nothing-schemas.ts';
import { operations } from './operations.ts';
import { parameters } from './parameters.ts';
import { presence } from './presence.ts';
import { responses } from './responses.ts';
import { rights } from './rights.ts';
import { usage } from './usage.ts';
import { written } from './written.ts';

/*
 * Minimal pairs: two OpenAPI documents that differ in one thing, and what the step from the one to
 * the other means for programs that were written against the generated SDK. Each is two cases: the
 * step back has an expectation of its own.
 *
 * THE EXPECTATIONS WERE WRITTEN BEFORE THE TOOL that they test, by someone who has not seen it, from
 * the rules of two other tools (families F01 to F34), from what the generator prints, and from the
 * SDK's policies. Where these differ the policies win, then TypeScript: does what compiled before
 * compile still? Do not change an expectation because the tool says otherwise: find out who is right
 * and say so in `why`.
 *
 * The documents are raw: no facts (x-name and the like), no overlay. F00 is no family: pairs of
 * things that none of the families is about, and that change nothing.
 *
 * With the facts added (x-name, x-group and so on) `readModel` takes every document but one: it does
 * not know parameters of a whole path yet ('parameters of a path are those of its operations').
 *
 * Left out, because OpenAPI 3.0 cannot say them or the SDK cannot take them:
 * - F08 webhooks: OpenAPI 3.1. (In 3.0 they would be a vendor extension: nothing.)
 * - F22 `const`: OpenAPI 3.1. Its stand-in, an enum of one member, is in F21.
 * - F29 if/then/else, contains, prefixItems and so on: OpenAPI 3.1.
 * - F34 long-running operations: an extension of another vendor; x- in general is in F00.
 * - F24 `type: [a, b]` and schemas that are `false`: OpenAPI 3.1; unions are in F27.
 * - F12 contentEncoding, contentMediaType, contentSchema: OpenAPI 3.1. A request whose only media
 *   type is merge-patch+json: it cannot be sent (named error).
 * - F15, F16, F18, F31 for parameters in headers and cookies: not supported (named error).
 * - F31 deepObject, matrix and label: not supported (named error).
 * - F25 patternProperties: OpenAPI 3.1.
 * - F05 an operation without operationId: a raw document then names no method.
 * - F01 sunset dates and stability: vendor extensions only, so nothing (F01 pairs of `none`).
 */

export type Bump = 'major' | 'minor' | 'none' | 'patch';

export interface Pair {
  readonly name: string;
  /** F01 to F34 as the rules number them, F00 for none of these. */
  readonly family: `F${number}`;
  readonly where: 'document' | 'request' | 'response';
  readonly old: JsonObject;
  readonly new: JsonObject;
  readonly bump: Bump;
  /** The bump when the two are swapped. */
  readonly reverse: Bump;
  readonly why: string;
}

const pairs: readonly Pair[] = [
  ...operations,
  ...rights,
  ...names,
  ...parameters,
  ...bodies,
  ...responses,
  ...presence,
  ...marks,
  ...enums,
  ...kinds,
  ...limits,
  ...combined,
  ...maps,
  ...usage,
  ...nothingInOperations,
  ...written,
  ...nothingInSchemas,
];

export default pairs;
