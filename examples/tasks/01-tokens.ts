// A token in each generation: the same call, the product knows its endpoint.
import { createClient as marketingV1 } from '@criteo-sdk/marketing/v1';
import { createClient as marketing2020 } from '@criteo-sdk/marketingsolutions/2020-10';
import { createClient as retail2022 } from '@criteo-sdk/retailmedia/2022-10';
import { connection } from './connection.ts';

for (const create of [marketingV1, marketing2020, retail2022]) {
  const { tokens } = create({ ...connection, logLevel: 'off' });
  const token = await tokens.get(); // fetched once, then kept and renewed ahead
  console.log(`${token}, until ${token.expiresAt.toISOString()}`); // the value itself never prints
}
