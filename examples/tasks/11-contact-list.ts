// A contact list of any length, in parts that a request takes; what failed inside a success is an error.
import { batches, CONTACT_LIST } from '@criteo-sdk/marketingsolutions';
import { createClient } from '@criteo-sdk/marketingsolutions/2026-07';
import { connection } from './connection.ts';

const marketing = createClient({ ...connection, throwOnPartialFailure: true });
function* emails(): Generator<string> {
  for (let user = 1; user <= 60_000; user += 1) yield `user-${user}@example.com`;
}

for await (const identifiers of batches(emails(), CONTACT_LIST)) {
  const attributes = { operation: 'add', identifierType: 'email', identifiers } as const;
  const body = { data: { type: 'ContactlistAmendment', attributes } };
  await marketing.audience.updateContactListByAudienceSegment({ audienceSegmentId: '1', body });
  console.log(`${identifiers.length} sent`);
}
