// Writes what of the documentation follows from metrics.ts: `npm run metrics-docs`.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { metricsDocuments, ROOT } from './documents.js';

for (const [file, text] of Object.entries(await metricsDocuments())) {
  writeFileSync(path.join(ROOT, file), text);
  console.log(file);
}
