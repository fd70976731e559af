import { callAll, type Told } from './shared-runtime-calls.ts';

// Bun runs it as it is: bun bun-calls.ts '{"clientId":…}'
const told = JSON.parse(process.argv[2] ?? '') as Told;
console.log(JSON.stringify(await callAll(told)));
