/**
 * Grafana's dashboards as files, and the metrics that docs/metrics.md lists: what is asked for, and
 * what there is. The one is held against the other without a server, and against a real one.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { PROJECT } from './tools.ts';

const FOLDER = join(PROJECT, 'deploy/grafana/dashboards');

/** The variable of each dashboard: whoever has several Prometheus picks one. */
const SOURCE = '$' + '{datasource}';
const sourceSchema = z.object({ type: z.literal('prometheus'), uid: z.literal(SOURCE) });
const dashboardSchema = z.object({
  uid: z.string(),
  templating: z.object({
    list: z.array(z.object({ name: z.string(), query: z.unknown() })),
  }),
  panels: z.array(
    z.object({
      type: z.enum(['stat', 'timeseries']),
      title: z.string().min(4),
      datasource: sourceSchema,
      gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
      fieldConfig: z.object({ defaults: z.object({ unit: z.string() }) }),
      targets: z
        .array(
          z.object({
            refId: z.string(),
            expr: z.string(),
            legendFormat: z.string().optional(),
            datasource: sourceSchema,
          }),
        )
        .min(1),
    }),
  ),
});
export type Dashboard = z.infer<typeof dashboardSchema>;
export type Panel = Dashboard['panels'][number];

export const dashboards: Dashboard[] = readdirSync(FOLDER).map((name) =>
  dashboardSchema.parse(JSON.parse(readFileSync(join(FOLDER, name), 'utf8'))),
);

export interface PanelQuery {
  panel: string;
  expression: string;
}

/** Of every panel, with Grafana's variables still in it. */
export const queries: PanelQuery[] = dashboards.flatMap(({ uid, panels }) =>
  panels.flatMap(({ title, targets }) =>
    targets.map(({ expr: expression }) => ({ panel: `${uid}: ${title}`, expression })),
  ),
);

export function documentedMetrics(): Set<string> {
  const text = readFileSync(join(PROJECT, 'docs/metrics.md'), 'utf8');
  return new Set(Array.from(text.matchAll(/^\| `(sluice_\w+)`/gm), ([, name = '']) => name));
}
