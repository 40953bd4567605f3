#!/usr/bin/env node
import { commandLine } from './program.js';

await commandLine().parseAsync();
// A connection that is still being made would keep the process.
process.exit();
