import { loadCoreConfig } from '../../wallet-core/config.js';
import { startCore } from '../../wallet-core/core.js';
import { run } from '../../process.js';

// wallet-core as it is, but that the thread beside the commits writes the WAL into the database every few of them, and that an
// era of references ends with every 50: what is done to it then often falls into such a pass, a WAL begins anew all the time, and
// repeats are of references in older eras.
await run('wallet-core', loadCoreConfig, ({ data, backups, listen, access }, log, fail) => {
  const onFatal = (error: Error) => fail(error, 'the fate of a commit is unknown');
  const checkpoints = { framesMin: 30, restMax: 8 };
  return startCore({ data, backups, listen, access, log, onFatal, checkpoints, eraReferences: 50 });
});
