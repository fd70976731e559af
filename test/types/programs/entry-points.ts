import { createClient } from '@criteo-sdk/marketing'; // expect TS2305
import { createClient as deep } from '@criteo-sdk/marketing/dist/v1/index.js'; // expect TS2307
import { createClient as old } from '@criteo-sdk/marketing/v1';
import { createClient as unknownVersion } from '@criteo-sdk/marketing/v3'; // expect TS2307

export { createClient, deep, old, unknownVersion };
