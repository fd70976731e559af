import { TokenError } from '@criteo-sdk/core';
import { createClient as marketing } from '@criteo-sdk/marketing/v1';
import {
  type OAuth2Error,
  createClient as solutions,
} from '@criteo-sdk/marketingsolutions/2020-10';
import { type OAuthErrorModel, createClient as retailMedia } from '@criteo-sdk/retailmedia/2022-10';

const app = { clientId: 'id', clientSecret: 'secret' };
const error = new TokenError('No token.');

export const ofV1: undefined = error.modelOf(marketing(app).authentication.oAuth2TokenPost);
export const of2020: OAuth2Error | undefined = error.modelOf(solutions(app).oAuth.createToken);
export const of2022: OAuthErrorModel | undefined = error.modelOf(retailMedia(app).oAuth.getToken);
export const code: string = of2020?.error ?? '';
export const uri: string = of2022?.error_uri ?? '';

export const none = of2020?.error_uri; // expect TS2339
