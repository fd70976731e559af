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

/**
 * A copy without a prototype: what was left out is undefined, whatever another package has written
 * into `Object.prototype`.
 */
export const ownFields = <T extends object>(given: T): T =>
  Object.assign(Object.create(null) as object, given);
