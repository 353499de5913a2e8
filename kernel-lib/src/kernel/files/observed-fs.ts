import fs from 'node:fs';
import { filesOfCall, namesFiles, type FileUse } from './file-calls.js';

/** Called before the calling code uses a file; must not throw. */
export type FileObserver = (path: string, use: FileUse) => void;

/**
 * Node's own file modules as cells get them: the same functions, which tell the observer of each file that they are
 * called with. Only what cells call is seen: packages and other modules have Node's own functions.
 */
export function observedFileModules(observer: FileObserver): ReadonlyMap<string, unknown> {
  const promises = observed(fs.promises, observer, {});
  const whole = observed(fs, observer, { promises });
  return new Map<string, unknown>([
    ['fs', whole],
    ['node:fs', whole],
    ['fs/promises', promises],
    ['node:fs/promises', promises]
  ]);
}

/** @param replaced properties that are given instead of the module's own. */
function observed<T extends object>(module: T, observer: FileObserver, replaced: Readonly<Record<string, unknown>>): T {
  const wrapped = new Map<string, unknown>();
  return new Proxy(module, {
    get: (target, key) => {
      const own: unknown = Reflect.get(target, key);
      if (typeof key !== 'string') {
        return own;
      }
      if (Object.hasOwn(replaced, key)) {
        return replaced[key];
      }
      if (typeof own !== 'function' || !namesFiles(key)) {
        return own;
      }
      const known = wrapped.get(key);
      if (known) {
        return known;
      }
      // A proxy, so that everything but the call is the function's own.
      const telling = new Proxy(own, {
        apply: (call, self, args: unknown[]) => {
          for (const { path, use } of filesOfCall(key, args)) {
            observer(path, use);
          }
          return Reflect.apply(call as (...args: unknown[]) => unknown, self, args);
        }
      });
      wrapped.set(key, telling);
      return telling;
    },
    set: (target, key, value) => {
      // A replaced function, as in tests, stays replaced.
      wrapped.set(String(key), value);
      return Reflect.set(target, key, value);
    }
  });
}
