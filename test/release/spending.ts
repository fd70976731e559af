// What somebody wrote against 2026-01: the balances of an account, more funds, their history, the retailers.
import { createClient } from '@criteo-sdk/retailmedia/2026-01';
import { startSandbox } from '@criteo-sdk/sandbox';

const sandbox = await startSandbox({ seed: 7 });
const client = createClient(sandbox.clientOptions);

const [account] = (await client.account.getAccounts({ pageSize: 1 })).data;
const accountId = account?.id ?? '';

const balances = await client.balance.getBalancesByAccountId({
  accountId,
  pageIndex: 0,
  pageSize: 5,
});
const [balance] = balances.data ?? [];
const balanceId = balance?.id ?? '';
console.log('balances:', balances.metadata?.totalItemsAcrossAllPages);
console.log('order number:', typeof balance?.attributes?.poNumber);

const { data: funded } = (await client.balance.addFundsToBalance({
  accountId,
  balanceId,
  body: { data: { type: 'AddFunds', attributes: { deltaAmount: 50, poNumber: 'PO-11' } } },
})) ?? { data: null };
console.log('funded:', funded?.attributes !== undefined);

const history = await client.balance.getBalanceHistory({ balanceId, limit: 5 });
for (const change of history.data.slice(0, 1))
  console.log('changed:', typeof change.changeType, change.dateOfModification.length > 0);
console.log('changes:', history.meta?.count);

const retailers = await client.retailer.searchAccountRetailers({ accountId, body: { data: {} } });
const campaigns = retailers.data?.flatMap((one) => one?.attributes?.campaignAvailabilities ?? []);
console.log(
  'open to campaigns:',
  campaigns?.some(({ isAvailable }) => isAvailable === true),
);

client.close();
await sandbox.close();
