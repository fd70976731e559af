// A contact list of any length, in parts that a request takes. One part that fails in part does not stop the others.
import { batches, CONTACT_LIST, PartialFailureError } from '@criteo-sdk/marketingsolutions';
import { createClient } from '@criteo-sdk/marketingsolutions/2026-07';
import { connection } from './connection.ts';

const marketing = createClient({ ...connection, throwOnPartialFailure: true });
function* emails(): Generator<string> {
  for (let user = 1; user <= 60_000; user += 1) yield `user-${user}@example.com`;
}

for await (const identifiers of batches(emails(), CONTACT_LIST)) {
  const attributes = { operation: 'add', identifierType: 'email', identifiers } as const;
  const body = { data: { type: 'ContactlistAmendment', attributes } };
  const params = { audienceSegmentId: '1', body };
  try {
    const { data } = await marketing.audience.updateContactListByAudienceSegment(params);
    // What the list did not take is no error: it is told here.
    console.log(`${identifiers.length} sent, not taken: ${data.attributes.nbInvalidIdentifiers}`);
  } catch (error) {
    if (!(error instanceof PartialFailureError)) throw error;
    console.error(`${identifiers.length} sent, failed in part:`, error.problems);
  }
}
