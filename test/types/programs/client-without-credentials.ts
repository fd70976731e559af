import { createClient } from '@criteo-sdk/retailmedia/2022-10';

createClient({ clientSecret: 'secret' }); // expect TS2345
createClient(); // expect TS2554
createClient({
  clientId: 'id',
  clientSecret: 'secret',
  baseURL: 'https://api.criteo.com', // expect TS2561
});
