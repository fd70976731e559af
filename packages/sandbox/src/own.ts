/** The entry of this name, and not what every object has: a request, or a document, may name `constructor`. */
export function own<T>(record: Readonly<Record<string, T>>, name: PropertyKey): T | undefined {
  return Object.hasOwn(record, name) ? record[name as string] : undefined;
}
