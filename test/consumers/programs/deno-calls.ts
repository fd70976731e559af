import { callAll, type Told } from './shared-runtime-calls.ts';

// deno run --allow-net=127.0.0.1 deno-calls.ts '{"clientId":…}'
const told = JSON.parse(Deno.args[0] ?? '') as Told;
console.log(JSON.stringify(await callAll(told)));
