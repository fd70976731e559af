// An asset from a file, a buffer or a stream.
import { writeFile } from 'node:fs/promises';
import { fileFrom } from '@criteo-sdk/retailmedia';
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import { connection } from './connection.ts';

const retailMedia = createClient(connection);
await writeFile('logo.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>');
for (const source of ['logo.svg', Buffer.from('<svg/>'), new Blob(['<svg/>']).stream()]) {
  const assetFile = await fileFrom(source, { type: 'image/svg+xml' });
  const { data } = await retailMedia.creative.createAsset({ assetFile });
  console.log(assetFile.name, assetFile.size, data?.id);
}
