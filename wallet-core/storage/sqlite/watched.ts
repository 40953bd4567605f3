import type { Queries } from '../port.js';
import { saysDamaged } from './damage.js';

type Query = (...values: unknown[]) => Promise<unknown>;

/** The same queries; `tell` hears of each that met damage, and whoever asked gets its error as before. */
export function watched(queries: Queries, tell: (error: Error) => void): Queries {
  return new Proxy(queries, {
    get(_, name: string) {
      const query: unknown = Reflect.get(queries, name);
      return async (...values: unknown[]) => {
        try {
          return await (query as Query).apply(queries, values);
        } catch (error) {
          if (saysDamaged(error)) tell(error as Error);
          throw error;
        }
      };
    },
  });
}
