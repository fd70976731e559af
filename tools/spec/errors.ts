/** Bad data: a document, an overlay or a name that cannot be used. The command ends with exit code 65. */
export class SpecError extends Error {
  override readonly name = 'SpecError';
}
