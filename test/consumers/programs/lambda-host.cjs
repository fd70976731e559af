// What a host of functions does: it loads the file once and calls its handler for each event.
const { pathToFileURL } = require('node:url');

const main = async () => {
  const file = process.argv[2];
  const { handler } = file.endsWith('.mjs')
    ? await import(pathToFileURL(file).href)
    : require(file);
  const answers = [await handler({ pageSize: 2 }), await handler({ pageSize: 3 })];
  console.log(JSON.stringify(answers));
};

main();
