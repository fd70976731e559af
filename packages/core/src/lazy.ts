import { ownFields } from './own.js';

const MADE = Symbol('made');

interface Owner {
  /** What was made of it so far: a chain, as a Map would weigh more than what most clients make. */
  readonly [MADE]?: Made | undefined;
}

interface Made {
  readonly name: string;
  readonly value: unknown;
  readonly next: Made | undefined;
}

/**
 * A property that is made when it is first read, and then stays. All objects of a kind share its getter, so that what
 * nobody reads costs them nothing: a property that replaced its getter would give each object a shape of its own.
 */
export const lazyProperty = <O extends object>(
  name: string,
  make: (owner: O) => unknown,
): PropertyDescriptor =>
  ownFields({
    configurable: true,
    enumerable: true,
    get(this: O) {
      const { [MADE]: made }: Owner = this;
      for (let one = made; one; one = one.next) if (one.name === name) return one.value;
      const value = make(this);
      // A frozen owner refuses it: then all is made anew each time.
      const kept = ownFields({ value: { name, value, next: made }, writable: true });
      Reflect.defineProperty(this, MADE, kept);
      return value;
    },
  });

/** Name of the method whose text `console.log` shows in place of all that an object holds (`util.inspect.custom` of Node). */
export const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom');
