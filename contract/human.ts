/** How a guest shows to be a person, where the shop asks for it. */
import { z } from 'zod';

export const challengeSchema = z
  .object({
    /** Names the shop to the widget of the challenge. */
    siteKey: z.string(),
  })
  .meta({ id: 'Challenge' });

export const humanAnswerSchema = z
  .object({
    /** What the widget gave; good once, for five minutes. */
    token: z.string().min(1).max(2_048),
  })
  .meta({ id: 'HumanAnswer' });
