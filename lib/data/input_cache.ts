import path from 'node:path';

/** Where the commands keep prepared digits: `$XDG_CACHE_HOME/clebsch` where that variable is set, else `.cache/clebsch` in the working folder. */
export function cacheFolder(): string {
  return path.join(process.env['XDG_CACHE_HOME'] || '.cache', 'clebsch');
}
