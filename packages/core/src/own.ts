/**
 * The entry of this name, and not what every object has: whoever chooses a name may choose `constructor`.
 * Wherever a name is a variable, test/boundaries/look-ups.test.ts asks for this, or for a Map.
 */
export const own: Own = (record: object, name: PropertyKey) =>
  Object.hasOwn(record, name) ? (record as Readonly<Record<PropertyKey, never>>)[name] : undefined;

interface Own {
  <T>(record: Readonly<Record<string, T>>, name: PropertyKey): T | undefined;
  (value: object, name: PropertyKey): unknown;
}

/** Without a prototype to inherit from, but of a shape that its like share: each of `Object.create(null)` has its own. */
class Bare {}
Object.setPrototypeOf(Bare.prototype, null);
Reflect.deleteProperty(Bare.prototype, 'constructor');

/**
 * A copy that inherits nothing: what was left out is undefined, whatever some package of the program has
 * written into `Object.prototype`. Options are read from it alone.
 */
export const ownFields = <T extends object>(given: T): T => Object.assign(new Bare(), given);

/** The same all the way down, for data that never changes, such as an operation. */
export const ownData = <T extends object>(given: T): T => {
  const known = copies.get(given);
  if (known !== undefined) return known as T;
  const copy = Array.isArray(given)
    ? given.map(copied)
    : ownFields(
        Object.fromEntries(Object.entries(given).map(([name, value]) => [name, copied(value)])),
      );
  copies.set(given, copy);
  return copy as T;
};

const copies = new WeakMap<object, object>();

const copied = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? ownData(value) : value;
