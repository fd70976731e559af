#!/usr/bin/env node
import { runCommand } from './command.js';

const result = await runCommand(process.argv.slice(2), console);

if (typeof result === 'number') {
  process.exitCode = result;
} else {
  const stop = (): void => void result.close();
  process.once('SIGINT', stop).once('SIGTERM', stop);
}
