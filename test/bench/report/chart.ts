import type { Point } from '../rows/overload.js';
import { NAMES } from './measures.js';
import type { Report } from './report.js';

const WIDTH = 860;
const HEIGHT = 400;
const COLORS = {
  ours: '#2563eb',
  other: '#94a3b8',
  ink: '#1e293b',
  soft: '#64748b',
  line: '#e2e8f0',
  second: '#d97706',
};

/** The systems that are compared with each other at 64 connections. */
const BARS = [
  { label: 'echo', name: NAMES.echo64, color: COLORS.other },
  { label: 'wallet', name: NAMES.wallet64, color: COLORS.ours },
  { label: 'wallet, large ledger', name: NAMES.large, color: COLORS.ours },
  { label: 'wallet, fsync + 5 ms', name: NAMES.slow64, color: COLORS.ours },
  { label: 'PostgreSQL by hand', name: NAMES.postgres, color: COLORS.other },
] as const;

/** Throughput side by side, and what becomes of it under overload, as SVG. */
export function drawChart(report: Report): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="${COLORS.ink}">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    bars(report),
    overload(report),
    '</svg>\n',
  ].join('\n');
}

function bars({ lines }: Report): string {
  const found = BARS.flatMap(({ label, name, color }) => {
    const line = lines.find((one) => one.name === name);
    return line ? [{ label, color, perSecond: line.perSecond }] : [];
  });
  const most = Math.max(1, ...found.map(({ perSecond }) => perSecond));
  const [left, top, width, step] = [150, 70, 190, 52];
  const parts = found.map(({ label, color, perSecond }, index) => {
    const y = top + index * step;
    const length = Math.max(1, (width * perSecond) / most);
    return [
      text(left - 10, y + 18, label, 'end'),
      `<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="28" rx="3" fill="${color}"/>`,
      text(left + length + 6, y + 18, whole(perSecond)),
    ].join('\n');
  });
  return [title(20, 'Callbacks per second, 64 connections'), ...parts].join('\n');
}

/** Load and goodput in parts of the maximum. */
function overload({ curves }: Report): string {
  if (!curves) return '';
  const { best } = curves;
  const [left, top, width, height] = [480, 70, 350, 260];
  const [loadMax, goodMax] = [2, 1.2];
  const x = (load: number) => left + (width * Math.min(load, loadMax)) / loadMax;
  const y = (good: number) => top + height - (height * Math.min(good, goodMax)) / goodMax;
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (part) =>
      `<line x1="${left}" x2="${left + width}" y1="${y(part)}" y2="${y(part)}" stroke="${COLORS.line}"/>` +
      text(left - 8, y(part) + 4, `${100 * part} %`, 'end', COLORS.soft),
  );
  const ticks = [0, 0.5, 1, 1.3, 2].map((load) =>
    text(x(load), top + height + 18, String(load), 'middle', COLORS.soft),
  );
  const points = (all: readonly Point[], at: (point: Point) => number) =>
    all.map((point) => `${x(at(point)).toFixed(1)},${y(point.goodput / best.goodput).toFixed(1)}`);
  // A closed loop has no rate: its axis is connections, doubling from one point to the next.
  const [fewest] = curves.closed;
  const doublings = (load: number) => Math.log2(load / (fewest?.load ?? 1));
  const last = Math.max(1, ...curves.closed.map(({ load }) => doublings(load)));
  const open = points(curves.open, ({ load }) => load / best.goodput);
  const closed = points(curves.closed, ({ load }) => (loadMax * doublings(load)) / last);
  const most = Math.max(...curves.closed.map(({ load }) => load));
  return [
    title(left - 40, 'Good answers under overload, of the maximum'),
    ...grid,
    ...ticks,
    curve(open, COLORS.ours),
    curve(closed, COLORS.second),
    text(left, top + height + 36, 'calls per second, in multiples of the maximum (open loop)', 'start', COLORS.ours),
    text(
      left,
      top + height + 54,
      `${fewest?.load} to ${most} connections, doubling (closed loop)`,
      'start',
      COLORS.second,
    ),
  ].join('\n');
}

function curve(points: readonly string[], color: string): string {
  const dots = points.map((point) => {
    const [cx, cy] = point.split(',');
    return `<circle cx="${cx}" cy="${cy}" r="3.5" fill="${color}"/>`;
  });
  return [`<polyline points="${points.join(' ')}" fill="none" stroke="${color}" stroke-width="2"/>`, ...dots].join(
    '\n',
  );
}

function title(x: number, content: string): string {
  return `<text x="${x}" y="36" font-size="15" font-weight="bold">${content}</text>`;
}

function text(x: number, y: number, content: string, anchor = 'start', color: string = COLORS.ink): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="${color}">${content}</text>`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}
