import { channel } from 'node:diagnostics_channel';
import { SDK_NAME } from '../criteo/names.js';
import type { Observe } from '../observe.js';

/**
 * For `createClient({ observe: diagnosticsObserver() })`: publishes each event to the channel of
 * `node:diagnostics_channel` that is called by the SDK's name, a colon and the event's type. Where
 * nobody subscribes it does nothing; an error of a subscriber is uncaught, as on any channel.
 */
export const diagnosticsObserver = (): Observe => (event) => {
  const subscribed = channel(`${SDK_NAME}:${event.type}`);
  if (subscribed.hasSubscribers) subscribed.publish(event);
};
