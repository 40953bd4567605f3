import { pino } from 'pino';
import { startCore } from '../../wallet-core/core.js';
import { loadCoreConfig } from '../../wallet-core/config.js';
import { run } from '../../process.js';

// wallet-core as it must not be: with the synchronous=NORMAL that is usual for SQLite in WAL mode, it answers before what it
// answers is on the disk. The power cut shows that.
await run('wallet-core', loadCoreConfig, ({ data, listen }) =>
  startCore({ data, listen, log: pino({ level: 'silent' }), onFatal: () => process.exit(1), synchronous: 'NORMAL' }),
);
