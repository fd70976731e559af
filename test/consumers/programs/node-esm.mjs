import { createClient as marketing } from '@criteo-sdk/marketing/v1';
import { createClient as marketingSolutions } from '@criteo-sdk/marketingsolutions/2020-10';
import * as errors from '@criteo-sdk/retailmedia';
import { createClient as retailMedia } from '@criteo-sdk/retailmedia/2026-07';
import { startSandbox } from '@criteo-sdk/sandbox';
import { run } from './node-calls.cjs';

await run({ marketing, marketingSolutions, retailMedia, errors, startSandbox });
