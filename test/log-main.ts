// Writes so many lines to the log, says over IPC that it has, and ends as it is told: `fatal` with a line of that level before.
import { openLog } from '../log.js';

const { log, exit } = openLog('lines', 'info');
for (let n = 1; n <= Number(process.argv[2]); n += 1) log.info({ n, text: 'x'.repeat(n % 500) }, 'a line');
process.on('message', (end: 'fatal' | 'exit') => {
  if (end === 'fatal') log.fatal('the last line');
  exit(3);
});
process.send?.('written');
