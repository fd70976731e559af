const { createClient: marketing } = require('@criteo-sdk/marketing/v1');
const { createClient: marketingSolutions } = require('@criteo-sdk/marketingsolutions/2020-10');
const errors = require('@criteo-sdk/retailmedia');
const { createClient: retailMedia } = require('@criteo-sdk/retailmedia/2026-07');
const { startSandbox } = require('@criteo-sdk/sandbox');
const { run } = require('./node-calls.cjs');

run({ marketing, marketingSolutions, retailMedia, errors, startSandbox }).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
