#!/usr/bin/env node
import { runCommandLine } from './cli/index.ts';

// A reader that closes the pipe early (`specloop changes | head -1`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runCommandLine(process.argv);
