/** Rejections that nobody handled, since this module was loaded. */
export const unhandled: string[] = [];

process.on('unhandledRejection', (reason) => unhandled.push(String(reason)));
