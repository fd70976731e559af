import type { CampaignReportQueryMessage } from '@criteo-sdk/marketing/v1';

export const isPdf = ({ format }: CampaignReportQueryMessage): boolean => format === 'Pdf'; // expect TS2367
