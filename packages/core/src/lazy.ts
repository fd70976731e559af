const MADE = Symbol('made');

interface Owner {
  readonly [MADE]?: Map<string, unknown>;
}

/**
 * A property that is made when it is first read, and then stays. All objects of a kind share its getter, so that what
 * nobody reads costs them nothing: a property that replaced its getter would give each object a shape of its own.
 */
export const lazyProperty = <O extends object>(
  name: string,
  make: (owner: O) => unknown,
): PropertyDescriptor => ({
  configurable: true,
  enumerable: true,
  get(this: O) {
    const made = madeFor(this);
    if (!made.has(name)) made.set(name, make(this));
    return made.get(name);
  },
});

const madeFor = (owner: object): Map<string, unknown> => {
  const { [MADE]: known } = owner as Owner;
  if (known) return known;
  const value = new Map<string, unknown>();
  // A frozen owner refuses it: then all is made anew each time.
  Reflect.defineProperty(owner, MADE, { value });
  return value;
};

/** Name of the method whose text `console.log` shows in place of all that an object holds (`util.inspect.custom` of Node). */
export const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom');
