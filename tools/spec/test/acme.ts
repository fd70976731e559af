import type { Json, JsonObject } from '../document.ts';

/** The file of a made-up vendor with one product; `changes` replace or add members at its top. */
export const vendorOf = (changes: JsonObject = {}): JsonObject => ({
  name: 'acme',
  title: 'Acme',
  scope: '@acme',
  core: '@acme/core',
  documents: {
    hosts: ['api.acme.example'],
    url: 'https://api.acme.example/{version}/{service}/openapi.json',
  },
  stages: {
    stable: ['v\\d+', '\\d{4}-\\d{2}'],
    candidate: ['(\\d{4}-\\d{2})-rc'],
    preview: ['preview'],
  },
  products: { tiny: productOfAcme({}) },
  ...changes,
});

/** A product with these versions. */
export const productOfAcme = (versions: JsonObject, changes: JsonObject = {}): JsonObject => ({
  title: 'Tiny API',
  service: 'tinyService',
  segments: ['tiny'],
  origin: 'https://api.acme.example',
  prefix: '',
  defaultLifetimeMs: 900_000,
  versions,
  ...changes,
});

// JSON is YAML, too.
export const vendorText = (vendor: Json = vendorOf()): string => JSON.stringify(vendor);
