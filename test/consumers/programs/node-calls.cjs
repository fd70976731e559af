/** What the programs of both module systems do with what they imported; what they found is printed. */
exports.run = async ({ marketing, marketingSolutions, retailMedia, errors, startSandbox }) => {
  const sandbox = await startSandbox();
  const client = retailMedia(sandbox.clientOptions);
  const { expiresAt } = await client.tokens.get();
  const accounts = await client.account.getAccounts({ pageSize: 5 });
  const file = new Blob(['an asset of é bytes'], { type: 'image/png' });
  const asset = await client.creative.createAsset({ assetFile: file });
  const v1 = marketing(sandbox.credentials('marketing/v1'));
  const portfolio = await v1.advertiser.getPortfolio();
  const older = marketingSolutions(sandbox.credentials('marketingsolutions/2020-10'));
  const advertisers = await older.advertiser.getAdvertisers();
  sandbox.forbid('getCurrentApplication');
  const failure = await client.gateway.getCurrentApplication().catch((error) => error);
  const found = {
    minutes: Math.round((expiresAt - Date.now()) / 60_000),
    accounts: accounts.data.length,
    asset: typeof asset.data.id,
    upload: sandbox.calls('createAsset').map(({ body }) => body.includes('an asset of é bytes')),
    portfolio: Array.isArray(portfolio),
    advertisers: Array.isArray(advertisers.data),
    forbidden: [failure instanceof errors.PermissionError, failure instanceof errors.SdkError],
    tokens: sandbox.calls(({ tokenRequest }) => tokenRequest).length,
  };
  // The clients stay open: nothing of theirs may keep the process.
  await sandbox.close();
  console.log(JSON.stringify(found));
};
