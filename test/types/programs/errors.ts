import {
  ApiError,
  type Problem,
  RateLimitError,
  SdkError,
  TokenError,
} from '@criteo-sdk/retailmedia';
import { exact } from './exact.js';

export const describe = (error: unknown): string => {
  if (error instanceof RateLimitError) {
    exact<typeof error.resetAt, Date | undefined>('same');
    return `until ${error.resetAt?.toISOString()}`;
  }
  if (error instanceof ApiError) {
    exact<typeof error.problems, readonly Problem[]>('same');
    return error.problems[0]?.code ?? String(error.status);
  }
  if (error instanceof TokenError) return error.code ?? error.message;
  return error instanceof SdkError ? (error.hint ?? error.message) : 'not ours';
};

export const misread = (error: ApiError): number => error.response.status; // expect TS2339
