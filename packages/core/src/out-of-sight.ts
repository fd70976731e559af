import { ownFields } from './own.js';

/**
 * Moves getters of a class to where `util.inspect` does not look, whatever its options: with `showHidden` it lists a
 * prototype's properties, and with `getters` it calls them, until it comes to a prototype that looks built in.
 */
export const outOfSight = (prototype: object, ...names: readonly string[]): void => {
  const hidden: object = Object.create(Reflect.getPrototypeOf(prototype));
  Object.defineProperty(hidden, 'constructor', ownFields({ value: Object }));
  for (const name of names) {
    const getter = Reflect.getOwnPropertyDescriptor(prototype, name);
    Object.defineProperty(hidden, name, ownFields({ ...getter }));
    Reflect.deleteProperty(prototype, name);
  }
  Object.setPrototypeOf(prototype, hidden);
};
