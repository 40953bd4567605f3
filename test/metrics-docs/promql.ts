import { parser } from '@prometheus-io/lezer-promql';

/** What an expression of PromQL reads. */
export interface Read {
  /** The series that it selects, with the labels that it selects them by. */
  readonly series: readonly { readonly name: string; readonly labels: readonly string[] }[];
  /** The labels that it groups by. */
  readonly grouped: readonly string[];
}

/** Throws if Prometheus would not take the expression. Grafana puts a time in place of its own variable. */
export function readPromql(expression: string): Read {
  const text = expression.replaceAll('$__rate_interval', '5m');
  const series: { name: string; labels: string[] }[] = [];
  const grouped: string[] = [];
  parser.parse(text).iterate({
    enter: ({ name, type, from, to, node }) => {
      const own = text.slice(from, to);
      if (type.isError) throw new Error(`${expression}: is no PromQL at ${from}`);
      if (name === 'Identifier') series.push({ name: own, labels: [] });
      if (name !== 'LabelName') return;
      const matches = node.parent?.name === 'UnquotedLabelMatcher';
      (matches ? series.at(-1)?.labels : grouped)?.push(own);
    },
  });
  return { series, grouped };
}
