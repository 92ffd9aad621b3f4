import { AsyncLocalStorage } from 'node:async_hooks';

/** What a scope owns: tensors, told by identity, so that this file needs to know nothing else of them. */
interface Member {
  dispose(): void;
  /** Makes the running scope its owner. */
  enterScope(): unknown;
}

class Scope {
  readonly members = new Set<Member>();
  open = true;

  constructor(readonly parent: Scope | undefined) {}

  /** Hands what `result` holds to the enclosing scope and disposes of the rest. */
  close(result?: unknown): void {
    this.open = false;
    this.release(result);
    for (const member of this.members) member.dispose();
  }

  private release(value: unknown, seen = new Set<object>()): void {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    if (this.members.delete(value as Member)) {
      (value as Member).enterScope();
    } else if (Array.isArray(value) || value instanceof Set) {
      for (const item of value) this.release(item, seen);
    } else if (value instanceof Map) {
      for (const item of value.values()) this.release(item, seen);
    } else if (isPlain(value)) {
      for (const item of Object.values(value)) this.release(item, seen);
    }
  }
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

const storage = new AsyncLocalStorage<Scope>();

function current(): Scope | undefined {
  let scope = storage.getStore();
  while (scope !== undefined && !scope.open) scope = scope.parent;
  return scope;
}

/** Gives `member` to the scope that is running, which also holds across `await`; returns the way out of it. */
export function enter(member: Member): Set<Member> | undefined {
  const scope = current();
  scope?.members.add(member);
  return scope?.members;
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

/**
 * Runs `f` and disposes of every tensor made in it, save those in its result (a tensor; or arrays, plain objects, Maps and Sets of tensors),
 * which pass to the enclosing scope. Works for asynchronous functions too, and when `f` throws.
 */
export function tidy<T>(f: () => T): T {
  const scope = new Scope(current());
  let result: T;
  try {
    result = storage.run(scope, f);
  } catch (error) {
    scope.close();
    throw error;
  }
  if (!isPromise(result)) {
    scope.close(result);
    return result;
  }
  const settled = result.then(
    (value) => {
      scope.close(value);
      return value;
    },
    (error: unknown) => {
      scope.close();
      throw error;
    },
  );
  return settled as T;
}
